/* The join: pairs, windows, order, and that nothing is ever lost or doubled. */
#include "../src/stream/join.h"
#include "check.h"
#include "problemchild.h"

#include <stdlib.h>

enum { MOST = 1 << 20 };

typedef struct seen {
  pc_process_event events[64];
  uint32_t count;
} seen;

static void remember(void *context, pc_process_event *event) {
  seen *s = context;
  if (s->count < 64) s->events[s->count] = *event;
  s->count++;
  free(event);
}

static const pc_join_options options = {.capacity = 16, .stamp_tolerance = 10000, .window_us = 2000000};

static pc_process_event make(pc_event_kind kind, uint32_t origin, uint32_t pid, uint32_t parent, uint64_t stamp) {
  bool classic = origin == PC_ORIGIN_CLASSIC;
  return (pc_process_event){.kind = kind, .origins = origin, .pid = pid, .parent_pid = parent, .stamp = stamp,
                            .classic_version = classic ? 4 : PC_NO_VERSION,
                            .manifest_version = classic ? PC_NO_VERSION : 3,
                            .has = kind == PC_EVENT_END && !classic ? 0 : PC_HAS_PARENT};
}

static pc_join_put_result put(pc_join *join, pc_process_event event, uint64_t now_us) {
  return pc_join_put(join, &event, now_us);
}

#define CLASSIC PC_ORIGIN_CLASSIC
#define MANIFEST PC_ORIGIN_MANIFEST
#define BOTH (PC_ORIGIN_CLASSIC | PC_ORIGIN_MANIFEST)

static pc_join *begin(seen *s) {
  memset(s, 0, sizeof *s);
  pc_join *join = pc_join_create(&options, remember, s);
  pc_join_expect_both(join, true);
  return join;
}

static void test_pairs(void) {
  static const uint8_t line[] = {'c', 0, 'm', 0, 'd', 0}, path[] = {'\\', 0, 'x', 0};
  for (int first = 0; first < 2; first++) {
    seen s;
    pc_join *join = begin(&s);
    pc_process_event a = make(PC_EVENT_START, CLASSIC, 100, 4, 1000), b = make(PC_EVENT_START, MANIFEST, 100, 4, 1095);
    a.command_line = (pc_span){line, sizeof line};
    b.image_nt_path = (pc_span){path, sizeof path};
    b.created = 990;
    b.has |= PC_HAS_CREATED;
    CHECK_EQUAL(put(join, first ? b : a, 1), PC_JOIN_WAITS);
    CHECK_EQUAL(put(join, first ? a : b, 2), PC_JOIN_MERGED);
    CHECK_EQUAL(s.count, 1);
    CHECK_EQUAL(s.events[0].origins, BOTH);
    CHECK_EQUAL(s.events[0].created, 990);
    CHECK_EQUAL(s.events[0].stamp, 1095);
    CHECK_EQUAL(s.events[0].command_line.bytes, sizeof line);
    CHECK_EQUAL(s.events[0].image_nt_path.bytes, sizeof path);
    CHECK_EQUAL(s.events[0].classic_version, 4);
    CHECK_EQUAL(s.events[0].manifest_version, 3);
    CHECK_EQUAL(pc_join_waiting(join), 0);
    pc_join_free(join);
  }
}

static void test_strangers(void) {
  const struct {
    pc_process_event a, b;
  } table[] = {
      {make(PC_EVENT_START, CLASSIC, 100, 4, 0), make(PC_EVENT_START, MANIFEST, 104, 4, 0)},
      {make(PC_EVENT_START, CLASSIC, 100, 4, 0), make(PC_EVENT_START, MANIFEST, 100, 8, 0)},
      {make(PC_EVENT_START, CLASSIC, 100, 4, 0), make(PC_EVENT_START, MANIFEST, 100, 4, 10001)},
      {make(PC_EVENT_START, CLASSIC, 100, 4, 0), make(PC_EVENT_START, CLASSIC, 100, 4, 1)},
      {make(PC_EVENT_START, CLASSIC, 100, 4, 0), make(PC_EVENT_END, MANIFEST, 100, 4, 1)},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    seen s;
    pc_join *join = begin(&s);
    CHECK_EQUAL(put(join, table[i].a, 1), PC_JOIN_WAITS);
    CHECK_EQUAL(put(join, table[i].b, 2), PC_JOIN_WAITS);
    CHECK_EQUAL(s.count, 0);
    pc_join_expire(join, 2000000);
    CHECK_EQUAL(s.count, 0);
    pc_join_expire(join, 2000002);
    CHECK_EQUAL(s.count, 2);
    CHECK_EQUAL(pc_join_counted(join).alone_window, 2);
    pc_join_free(join);
  }
}

static void test_order(void) {
  seen s;
  pc_join *join = begin(&s);
  /* The parent's partner is late; child and end, complete, must not overtake it. */
  put(join, make(PC_EVENT_START, CLASSIC, 100, 4, 1000), 1);
  put(join, make(PC_EVENT_START, CLASSIC, 104, 100, 2000), 2);
  put(join, make(PC_EVENT_START, MANIFEST, 104, 100, 2000), 3);
  put(join, make(PC_EVENT_END, CLASSIC, 100, 4, 3000), 4);
  put(join, make(PC_EVENT_END, MANIFEST, 100, 0, 3000), 5);
  CHECK_EQUAL(s.count, 0);
  put(join, make(PC_EVENT_START, MANIFEST, 100, 4, 1010), 6);
  CHECK_EQUAL(s.count, 3);
  CHECK(s.events[0].pid == 100 && s.events[0].kind == PC_EVENT_START);
  CHECK(s.events[1].pid == 104 && s.events[1].kind == PC_EVENT_START);
  CHECK(s.events[2].pid == 100 && s.events[2].kind == PC_EVENT_END);
  CHECK_EQUAL(pc_join_counted(join).joined, 3);
  /* Held back by one that never finds its partner: both leave when its window has passed. */
  put(join, make(PC_EVENT_START, CLASSIC, 200, 4, 1000), 10);
  put(join, make(PC_EVENT_START, CLASSIC, 204, 200, 2000), 11);
  put(join, make(PC_EVENT_START, MANIFEST, 204, 200, 2000), 12);
  pc_join_expire(join, 2000010);
  CHECK_EQUAL(s.count, 5);
  CHECK_EQUAL(s.events[3].pid, 200);
  CHECK_EQUAL(s.events[4].pid, 204);
  pc_join_free(join);
}

static void test_single_and_capacity(void) {
  seen s;
  pc_join *join = begin(&s);
  for (uint32_t i = 0; i < 20; i++) put(join, make(PC_EVENT_START, CLASSIC, 100 + 4 * i, 4, i), i);
  CHECK_EQUAL(s.count, 4); /* 16 fit, the oldest went on alone */
  CHECK_EQUAL(s.events[0].pid, 100);
  CHECK_EQUAL(pc_join_counted(join).alone_capacity, 4);
  pc_join_expect_both(join, false);
  CHECK_EQUAL(s.count, 20);
  CHECK_EQUAL(put(join, make(PC_EVENT_START, MANIFEST, 900, 4, 1), 1), PC_JOIN_WAITS);
  CHECK_EQUAL(s.count, 21);
  CHECK_EQUAL(pc_join_waiting(join), 0);
  pc_join_free(join);
  /* Running processes join whatever their stamps. */
  join = begin(&s);
  put(join, make(PC_EVENT_RUNNING, CLASSIC, 100, 4, 0), 1);
  CHECK_EQUAL(put(join, make(PC_EVENT_RUNNING, MANIFEST, 100, 4, 99999999), 2), PC_JOIN_MERGED);
  pc_join_free(join);
}

static uint64_t late_in(const pc_join *join) { return pc_join_counted(join).late; }

/* Around a session's restart the halves are told in any order, and only one of them is a start. */
static void test_late_halves(void) {
  for (int first = 0; first < 2; first++) {
    seen s;
    pc_join *join = begin(&s);
    pc_join_expect_both(join, false); /* one session is down, so nothing waits */
    uint32_t one = first ? CLASSIC : MANIFEST, other = first ? MANIFEST : CLASSIC;
    CHECK_EQUAL(put(join, make(PC_EVENT_START, one, 100, 4, 1000), 1), PC_JOIN_WAITS);
    CHECK_EQUAL(s.count, 1);
    /* It runs again, and its half comes before the join is told. */
    CHECK_EQUAL(put(join, make(PC_EVENT_START, other, 100, 4, 1095), 2), PC_JOIN_MERGED);
    /* One half has one other half. */
    CHECK_EQUAL(put(join, make(PC_EVENT_START, other, 100, 4, 1095), 3), PC_JOIN_WAITS);
    CHECK_EQUAL(s.count, 2);
    /* That one in its turn is a start without its other half, which comes when the join expects both again. */
    pc_join_expect_both(join, true);
    CHECK_EQUAL(put(join, make(PC_EVENT_START, one, 100, 4, 1090), 4), PC_JOIN_MERGED);
    CHECK_EQUAL(s.count, 2);
    CHECK_EQUAL(late_in(join), 2);
    CHECK_EQUAL(pc_join_waiting(join), 0);
    pc_join_free(join);
  }
}

/* What is another process is told, however much it is like the one that went on alone. */
static void test_late_strangers(void) {
  const pc_process_event alone = make(PC_EVENT_START, CLASSIC, 100, 4, 20000);
  const struct {
    pc_process_event event;
    uint64_t at_us;
    bool is_late;
  } table[] = {
      {make(PC_EVENT_START, MANIFEST, 100, 4, 30000), 2000001, true},
      {make(PC_EVENT_START, MANIFEST, 100, 4, 10000), 2, true},
      {make(PC_EVENT_START, MANIFEST, 100, 4, 30001), 2, false}, /* the pid again, soon after */
      {make(PC_EVENT_START, MANIFEST, 100, 4, 9999), 2, false},
      {make(PC_EVENT_START, MANIFEST, 100, 4, 20000), 2000002, false}, /* the window has passed */
      {make(PC_EVENT_START, MANIFEST, 100, 8, 20000), 2, false},
      {make(PC_EVENT_START, MANIFEST, 104, 4, 20000), 2, false},
      {make(PC_EVENT_START, CLASSIC, 100, 4, 20000), 2, false},
      {make(PC_EVENT_END, MANIFEST, 100, 0, 20000), 2, false},
      {make(PC_EVENT_RUNNING, MANIFEST, 100, 4, 20000), 2, false},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    seen s;
    pc_join *join = begin(&s);
    pc_join_expect_both(join, false);
    put(join, alone, 1);
    CHECK_EQUAL(put(join, table[i].event, table[i].at_us), table[i].is_late ? PC_JOIN_MERGED : PC_JOIN_WAITS);
    CHECK_EQUAL(s.count, table[i].is_late ? 1 : 2);
    CHECK_EQUAL(late_in(join), table[i].is_late);
    pc_join_free(join);
  }
}

/* The kernel's line may be the only one there is: a process that has ended shows none. */
static void test_late_line(void) {
  static const uint8_t line[] = {'c', 0, 'm', 0, 'd', 0};
  for (int line_first = 0; line_first < 2; line_first++) {
    seen s;
    pc_join *join = begin(&s);
    pc_process_event classic = make(PC_EVENT_START, CLASSIC, 100, 4, 1), manifest = make(PC_EVENT_START, MANIFEST, 100, 4, 1);
    classic.command_line = (pc_span){line, sizeof line};
    pc_join_expect_both(join, false);
    put(join, line_first ? classic : manifest, 1);
    CHECK_EQUAL(put(join, line_first ? manifest : classic, 2), line_first ? PC_JOIN_MERGED : PC_JOIN_WAITS);
    CHECK_EQUAL(s.count, line_first ? 1 : 2);
    CHECK_EQUAL(s.events[s.count - 1].command_line.bytes, sizeof line);
    pc_join_free(join);
  }
}

/* A pair that came out together has no half to come; nor does the memory hold more than it can. */
static void test_memory(void) {
  seen s;
  pc_join *join = begin(&s);
  put(join, make(PC_EVENT_START, CLASSIC, 100, 4, 1), 1);
  put(join, make(PC_EVENT_START, MANIFEST, 100, 4, 1), 1);
  pc_join_expect_both(join, false);
  CHECK_EQUAL(put(join, make(PC_EVENT_START, MANIFEST, 100, 4, 1), 1), PC_JOIN_WAITS);
  for (uint32_t i = 0; i < 257; i++) put(join, make(PC_EVENT_START, CLASSIC, 1000 + 4 * i, 4, 1), 2);
  CHECK_EQUAL(put(join, make(PC_EVENT_START, MANIFEST, 1004, 4, 1), 3), PC_JOIN_MERGED);
  CHECK_EQUAL(put(join, make(PC_EVENT_START, MANIFEST, 1000, 4, 1), 3), PC_JOIN_WAITS);
  CHECK_EQUAL(s.count, 260);
  pc_join_free(join);
  /* Gone on alone for want of room, or because the window had passed: the half may still come. */
  join = begin(&s);
  for (uint32_t i = 0; i < 17; i++) put(join, make(PC_EVENT_START, CLASSIC, 100 + 4 * i, 4, 1), 1);
  CHECK_EQUAL(put(join, make(PC_EVENT_START, MANIFEST, 100, 4, 1), 2), PC_JOIN_MERGED);
  pc_join_expire(join, 2000001);
  CHECK_EQUAL(s.count, 17);
  CHECK_EQUAL(put(join, make(PC_EVENT_START, MANIFEST, 104, 4, 1), 2000002), PC_JOIN_MERGED);
  CHECK_EQUAL(s.count, 17);
  pc_join_free(join);
}

/* exit_status carries the process's index: a start or end that was put whole comes out once. */
static uint8_t whole_starts[MOST], whole_ends[MOST];
static uint64_t doubled, came_out;

static void tally(void *context, pc_process_event *event) {
  (void)context;
  uint8_t *seen_before = event->kind == PC_EVENT_START ? whole_starts : whole_ends;
  came_out++;
  if (event->origins == BOTH) doubled += seen_before[event->exit_status]++;
  free(event);
}

/* Random trees, both halves of each event in random interleaving, some halves missing. */
static void test_conservation(void) {
  enum { PROCESSES = 20000 };
  uint64_t random = 42, merged = 0, waited = 0, now = 0;
  pc_join_options roomy = {.capacity = 512, .stamp_tolerance = 10000, .window_us = 3000};
  pc_join *join = pc_join_create(&roomy, tally, NULL);
  pc_join_expect_both(join, true);
  for (uint32_t i = 1; i <= PROCESSES; i++) {
    uint32_t pid = 4 * (1 + i % 4000);
    uint32_t parent = i > 8 ? i - 1 - next_random(&random) % 8 : 0;
    pc_event_kind kinds[] = {PC_EVENT_START, PC_EVENT_END};
    for (int k = 0; k < 2; k++) {
      uint64_t stamp = (uint64_t)i * 100000 + (uint64_t)k * 50000;
      for (int half = 0; half < 2; half++) {
        if (next_random(&random) % 50 == 0) continue; /* lost by ETW */
        pc_process_event event = make(kinds[k], half == (int)(i & 1) ? CLASSIC : MANIFEST, pid, 4 * (1 + parent % 4000), stamp + next_random(&random) % 100);
        event.exit_status = i;
        now += next_random(&random) % 40;
        pc_join_put_result result = put(join, event, now);
        merged += result == PC_JOIN_MERGED;
        waited += result == PC_JOIN_WAITS;
        pc_join_expire(join, now);
        if (came_out + pc_join_waiting(join) != waited) checks_failed++;
      }
    }
  }
  pc_join_flush(join);
  CHECK_EQUAL(came_out, waited);
  CHECK_EQUAL(doubled, 0);
  CHECK_EQUAL(pc_join_counted(join).joined + late_in(join), merged);
  CHECK(merged > PROCESSES);
  pc_join_free(join);
}

int main(void) {
  test_pairs();
  test_strangers();
  test_order();
  test_single_and_capacity();
  test_late_halves();
  test_late_strangers();
  test_late_line();
  test_memory();
  test_conservation();
  return finish("join_test");
}

/* libFuzzer: any sequence of puts, expiries and switches. Everything comes out once, and nothing before the start
   that it follows while that one still waits. What is taken for a late half is one, and every late half is. */
#include "../src/stream/join.h"

#include "problemchild.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAPACITY = 16, REMEMBERED = 256, TOLERANCE = 3, WINDOW_US = 20 };

/* What the table should hold: each event carries the number of its put in `sequence`. */
typedef struct waiting {
  uint64_t number;
  uint32_t pid;
  pc_event_kind kind;
} waiting;

static waiting held[CAPACITY + 1];
static uint32_t held_count;

static void hold(const pc_process_event *event) {
  if (held_count > CAPACITY) abort();
  held[held_count++] = (waiting){event->sequence, event->pid, event->kind};
}

static void let_out(uint64_t number) {
  for (uint32_t i = 0; i < held_count; i++) {
    if (held[i].number != number) continue;
    held[i] = held[--held_count];
    return;
  }
  abort(); /* came out twice, or was never put */
}

/* The last that came out alone, the oldest first, and when. */
static pc_process_event alone[REMEMBERED];
static uint64_t alone_us[REMEMBERED], told_us;
static uint32_t alone_count;

static uint64_t apart(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

/* The nearest of those whose other half this is, of equals the newest; `alone_count` when it is nobody's. */
static uint32_t find_other_half(const pc_process_event *event) {
  uint32_t best = alone_count;
  for (uint32_t i = 0; i < alone_count; i++) {
    const pc_process_event *a = &alone[i];
    bool parents_known = (a->has & event->has & PC_HAS_PARENT) != 0;
    if (a->pid != event->pid || a->kind != event->kind || a->origins + event->origins != 3 ||
        (parents_known && a->parent_pid != event->parent_pid) || apart(a->stamp, event->stamp) > TOLERANCE ||
        told_us - alone_us[i] > WINDOW_US || event->command_line.bytes > a->command_line.bytes) {
      continue;
    }
    if (best == alone_count || apart(a->stamp, event->stamp) <= apart(alone[best].stamp, event->stamp)) best = i;
  }
  return best;
}

static void see(void *context, pc_process_event *event) {
  (void)context;
  uint32_t before = event->kind == PC_EVENT_START ? event->parent_pid : event->pid;
  bool follows = event->kind == PC_EVENT_END || (event->kind == PC_EVENT_START && event->parent_pid != event->pid);
  for (uint32_t i = 0; follows && i < held_count; i++) {
    if (held[i].number < event->sequence && held[i].kind == PC_EVENT_START && held[i].pid == before) abort();
  }
  let_out(event->sequence);
  if (event->origins != 3 && event->kind != PC_EVENT_RUNNING) {
    if (alone_count == REMEMBERED) {
      alone_count--;
      memmove(alone, alone + 1, alone_count * sizeof *alone);
      memmove(alone_us, alone_us + 1, alone_count * sizeof *alone_us);
    }
    alone[alone_count] = *event;
    alone_us[alone_count++] = told_us;
  }
  free(event);
}

/* Puts one event, and sees whether it was rightly called late, or rightly not. */
static void put(pc_join *join, const pc_process_event *event) {
  uint64_t late = pc_join_counted(join).late, joined = pc_join_counted(join).joined;
  uint32_t other = find_other_half(event), before = alone_count;
  hold(event);
  bool merged = pc_join_put(join, event, told_us) == PC_JOIN_MERGED;
  if (merged) let_out(event->sequence);
  bool is_late = pc_join_counted(join).late != late, is_joined = pc_join_counted(join).joined != joined;
  if (merged != (is_late || is_joined) || (is_late && is_joined)) abort();
  /* A partner that still waits comes first. */
  if (!is_joined && is_late != (other != before)) abort();
  if (is_late) alone[other].origins = 0; /* it has had its other half */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pc_join_options options = {.capacity = CAPACITY, .stamp_tolerance = TOLERANCE, .window_us = WINDOW_US};
  pc_join *join = pc_join_create(&options, see, NULL);
  uint64_t now = 0;
  held_count = alone_count = 0;
  told_us = 0;
  if (join == NULL) return 0;
  pc_join_expect_both(join, true);
  for (size_t i = 0; i + 4 <= size; i += 4) {
    const uint8_t *d = data + i;
    now += d[3] % 8;
    if (d[0] == 0xff) {
      pc_join_expect_both(join, d[1] & 1);
    } else {
      pc_process_event event = {.kind = 1 + d[0] % 3, .origins = 1 + (d[0] >> 4 & 1), .pid = 4u * (d[1] % 8), .parent_pid = 4u * (d[2] % 8), .stamp = now + d[3] / 64, .has = d[0] & 1, .sequence = i};
      static const uint8_t line[2] = {'x', 0};
      if (event.origins == PC_ORIGIN_CLASSIC && (d[0] & 0x20) != 0) event.command_line = (pc_span){line, sizeof line};
      told_us = now;
      put(join, &event);
    }
    told_us = now;
    pc_join_expire(join, now);
    if (pc_join_waiting(join) != held_count) abort();
  }
  pc_join_flush(join);
  if (held_count != 0 || pc_join_waiting(join) != 0) abort();
  pc_join_free(join);
  return 0;
}

/* libFuzzer: any sequence of puts, expiries and switches. Everything comes out once, and nothing before the start
   that it follows while that one still waits. */
#include "../src/stream/join.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAPACITY = 16 };

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

static void see(void *context, pc_process_event *event) {
  (void)context;
  uint32_t before = event->kind == PC_EVENT_START ? event->parent_pid : event->pid;
  bool follows = event->kind == PC_EVENT_END || (event->kind == PC_EVENT_START && event->parent_pid != event->pid);
  for (uint32_t i = 0; follows && i < held_count; i++) {
    if (held[i].number < event->sequence && held[i].kind == PC_EVENT_START && held[i].pid == before) abort();
  }
  let_out(event->sequence);
  free(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pc_join_options options = {.capacity = CAPACITY, .stamp_tolerance = 3, .window_us = 20};
  pc_join *join = pc_join_create(&options, see, NULL);
  uint64_t now = 0;
  held_count = 0;
  if (join == NULL) return 0;
  pc_join_expect_both(join, true);
  for (size_t i = 0; i + 4 <= size; i += 4) {
    const uint8_t *d = data + i;
    now += d[3] % 8;
    if (d[0] == 0xff) {
      pc_join_expect_both(join, d[1] & 1);
    } else {
      pc_process_event event = {.kind = 1 + d[0] % 3, .origins = 1 + (d[0] >> 4 & 1), .pid = 4u * (d[1] % 8), .parent_pid = 4u * (d[2] % 8), .stamp = now + d[3] / 64, .has = d[0] & 1, .sequence = i};
      hold(&event);
      if (pc_join_put(join, &event, now) == PC_JOIN_MERGED) let_out(i);
    }
    pc_join_expire(join, now);
    if (pc_join_waiting(join) != held_count) abort();
  }
  pc_join_flush(join);
  if (held_count != 0 || pc_join_waiting(join) != 0) abort();
  pc_join_free(join);
  return 0;
}

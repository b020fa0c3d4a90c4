/* libFuzzer: any sequence of puts, expiries and switches; everything comes out once. */
#include "../src/stream/join.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t came_out;
static void count(void *context, pc_process_event *event) {
  (void)context;
  came_out++;
  free(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pc_join_options options = {.capacity = 16, .stamp_tolerance = 3, .window_us = 20};
  pc_join *join = pc_join_create(&options, count, NULL);
  uint64_t waited = 0, now = 0;
  came_out = 0;
  pc_join_expect_both(join, true);
  for (size_t i = 0; i + 4 <= size; i += 4) {
    const uint8_t *d = data + i;
    now += d[3] % 8;
    if (d[0] == 0xff) {
      pc_join_expect_both(join, d[1] & 1);
    } else {
      pc_process_event event = {.kind = 1 + d[0] % 3, .origins = 1 + (d[0] >> 4 & 1), .pid = 4u * (d[1] % 8), .parent_pid = 4u * (d[2] % 8), .stamp = now + d[3] / 64, .has = d[0] & 1};
      waited += pc_join_put(join, &event, now) == PC_JOIN_WAITS;
    }
    pc_join_expire(join, now);
    if (came_out + pc_join_waiting(join) != waited) abort();
  }
  pc_join_flush(join);
  if (came_out != waited || pc_join_waiting(join) != 0) abort();
  pc_join_free(join);
  return 0;
}

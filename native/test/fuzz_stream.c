/* libFuzzer: any sequence of puts, drops, control records and reads, in a ring that is nearly always full. What is
   read is what was put, in order and whole; and the counters add up after every step. */
#include "../src/stream/stream.h"
#include "walk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RING_KB = 66, MOST_BYTES = 1024, READ_BYTES = 8192 };
enum { PUT, PUT_WAITING, PUT_NOTHING, CONTROL, TAKE_BACK, READ, STEPS };

static uint64_t record[MOST_BYTES / sizeof(uint64_t)], out[READ_BYTES / sizeof(uint64_t)];
static uint64_t last_sequence;

/* A header, and bytes that say which record it is. */
static uint32_t make(uint16_t kind, uint8_t length, uint32_t number) {
  uint32_t size = 32 + 8u * (length % 124u);
  memset(record, (int)(number & 0xff), size);
  pc_record head = {.size = size, .kind = kind, .version = 1, .filetime = number};
  memcpy(record, &head, sizeof head);
  return size;
}

static void check_record(const uint8_t *at) {
  pc_record head;
  memcpy(&head, at, sizeof head);
  if (head.size < sizeof head || head.sequence <= last_sequence) abort();
  last_sequence = head.sequence;
  for (uint32_t i = sizeof head; i < head.size; i++) {
    if (at[i] != (head.filetime & 0xff)) abort();
  }
}

static void check_counters(pc_stream *stream) {
  pc_counters_t c;
  pc_stream_count(stream, &c);
  if (c.received != c.decoded + c.filtered + c.failed || c.decoded != c.delivered + c.dropped + c.queued) abort();
  if (c.ring_bytes > (uint64_t)RING_KB * 1024 || c.ring_bytes > c.ring_bytes_peak) abort();
}

static void read_some(pc_stream *stream, uint32_t capacity) {
  uint32_t bytes, count, seen = 0;
  int32_t code = pc_stream_read(stream, out, capacity, 0, &bytes, &count);
  if (code == PC_E_BUFFER && bytes > capacity && count == 0) return;
  if (code != PC_OK) {
    if (code != PC_TIMEOUT && code != PC_ENDED) abort();
    return;
  }
  uint32_t at = 0;
  for (; at < bytes; seen++) {
    check_record((const uint8_t *)out + at);
    at += pc_read_u32((const uint8_t *)out + at);
  }
  if (at != bytes || seen != count || count == 0) abort();
}

static void put(pc_stream *stream, uint8_t how, uint8_t length, uint32_t number) {
  uint32_t size = make(how == CONTROL ? PC_RECORD_LOSS : PC_RECORD_PROCESS_START, length, number);
  pc_lock_enter(&stream->lock);
  if (how == CONTROL) {
    pc_stream_control_locked(stream, record, size);
  } else {
    stream->counters.received++;
    pc_stream_accept_locked(stream);
    if (how == TAKE_BACK) pc_stream_take_back_locked(stream);
    else if (how == PUT_WAITING) {
      /* Stopping, so that it never waits: whoever cannot put keeps the event. */
      if (!pc_stream_put_waiting_locked(stream, record, size)) pc_stream_take_back_locked(stream);
    } else pc_stream_put_locked(stream, record, how == PUT_NOTHING ? 0 : size);
  }
  pc_lock_leave(&stream->lock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pc_stream stream;
  last_sequence = 0;
  if (!pc_stream_init(&stream, RING_KB)) return 0;
  pc_stream_stop_waiting(&stream);
  for (size_t at = 0; at + 2 <= size; at += 2) {
    uint8_t step = data[at] % STEPS;
    /* Each byte of the input may stand for many of its kind: the ring is large. */
    for (uint32_t times = 1u + data[at] / STEPS; times > 0; times--) {
      if (step == READ) read_some(&stream, (uint32_t)data[at + 1] * 32);
      else put(&stream, step, data[at + 1], (uint32_t)at);
    }
    check_counters(&stream);
  }
  pc_lock_enter(&stream.lock);
  pc_stream_end_locked(&stream);
  pc_lock_leave(&stream.lock);
  while (stream.ring.used > 0) read_some(&stream, READ_BYTES);
  check_counters(&stream);
  if (stream.in_ring != 0 || stream.waiting != 0) abort();
  pc_stream_free(&stream);
  return 0;
}

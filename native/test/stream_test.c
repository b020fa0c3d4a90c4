/* Ring, records, counters, and readers and writers on several threads. */
#include "../src/base/handle.h"
#include "../src/enrich/enrichment.h"
#include "../src/stream/record.h"
#include "../src/stream/stream.h"
#include "check.h"

#include <stdlib.h>

static uint64_t block[PC_READ_MIN_BYTES / sizeof(uint64_t)];

static uint32_t make_record(uint16_t kind, uint32_t number, uint32_t padding) {
  static const uint8_t zeros[4096];
  pc_record_writer writer;
  pc_record_begin(&writer, block, sizeof block, kind, number);
  pc_record_u32(&writer, PC_FIELD_PID, number);
  pc_record_bytes(&writer, PC_FIELD_SHA256, PC_TYPE_BYTES, zeros, padding);
  return pc_record_end(&writer);
}

static void test_record(void) {
  static const uint16_t name[] = {'N'}, value[] = {'v', 0xd800, 0};
  pc_record_writer writer;
  pc_record_begin(&writer, block, sizeof block, PC_RECORD_WINEVENT, 123);
  pc_record_ascii(&writer, PC_FIELD_USER_SID, "S-1", 3);
  pc_record_missing(&writer, PC_FIELD_SHA256, PC_TYPE_BYTES, PC_FAILED);
  pc_record_named(&writer, PC_FIELD_EVENT_DATA, name, 1, value, 3);
  uint32_t size = pc_record_end(&writer);
  const uint8_t *bytes = (const uint8_t *)block;
  CHECK_EQUAL(size, 32 + 16 + 8 + 24);
  CHECK_EQUAL(pc_read_u32(bytes), size);
  CHECK_EQUAL(pc_read_u16(bytes + 4), PC_RECORD_WINEVENT);
  CHECK_EQUAL(pc_read_u64(bytes + 16), 123);
  CHECK_EQUAL(pc_read_u16(bytes + 24), 3);
  CHECK(memcmp(bytes + 32, "\x0a\0\x04\x01\x06\0\0\0S\0-\0001\0\0\0", 16) == 0);
  CHECK(memcmp(bytes + 48, "\x17\0\x05\x03\0\0\0\0", 8) == 0);
  CHECK(memcmp(bytes + 56, "\x56\0\x06\x01\x0c\0\0\0\x02\0\0\0N\0v\0\0\xd8\0\0\0\0\0\0", 24) == 0);
  for (uint32_t room = 0; room < size; room++) {
    pc_record_begin(&writer, block, room, PC_RECORD_WINEVENT, 123);
    pc_record_ascii(&writer, PC_FIELD_USER_SID, "S-1", 3);
    pc_record_missing(&writer, PC_FIELD_SHA256, PC_TYPE_BYTES, PC_FAILED);
    pc_record_named(&writer, PC_FIELD_EVENT_DATA, name, 1, value, 3);
    CHECK_EQUAL(pc_record_end(&writer), 0);
  }
}

static void test_encode(void) {
  static const uint8_t line[] = {'a', 0};
  static const uint8_t sid[] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
  static pc_enrichment found;
  pc_process_event event = {.kind = PC_EVENT_START, .pid = 8, .parent_pid = 4, .has = PC_HAS_PARENT, .stamp = 5};
  found.line = (pc_line_choice){{line, 2}, PC_LINE_CLASSIC};
  found.line_is = found.user_sid_is = PC_CAPTURED;
  found.user_sid = (pc_span){sid, sizeof sid};
  found.path_is = PC_FAILED;
  found.label_is = found.elevated_is = found.elevation_type_is = found.logon_is = found.sha256_is = found.signature_is = PC_SKIPPED;
  found.image_name.is = found.user_name.is = found.user_domain.is = found.original_name.is = PC_ABSENT;
  uint32_t size = pc_encode_process(&event, &found, block, sizeof block);
  CHECK(size > 0 && size % 8 == 0);
  /* Walk it as a reader would. */
  const uint8_t *bytes = (const uint8_t *)block;
  uint32_t at = 32, fields = 0, lines = 0, sids = 0;
  while (at < size) {
    uint16_t id = pc_read_u16(bytes + at);
    uint32_t length = pc_read_u32(bytes + at + 4);
    if (id == PC_FIELD_COMMAND_LINE) lines += length == 2 && bytes[at + 3] == PC_CAPTURED;
    if (id == PC_FIELD_USER_SID) sids += length == 16;
    if (bytes[at + 3] != PC_CAPTURED) CHECK_EQUAL(length, 0);
    at += 8 + ((length + 7) & ~7u);
    fields++;
  }
  CHECK_EQUAL(at, size);
  CHECK_EQUAL(fields, pc_read_u16(bytes + 24));
  CHECK_EQUAL(lines, 1);
  CHECK_EQUAL(sids, 1);
  pc_counters_t counters = {.size = sizeof counters};
  pc_enrich_count(&found, &counters);
  CHECK_EQUAL(counters.field_counts[PC_FACT_COMMAND_LINE][0], 1);
  CHECK_EQUAL(counters.field_counts[PC_FACT_VERSION][1], 1);
  CHECK_EQUAL(counters.field_counts[PC_FACT_IMAGE_PATH][2], 1);
}

static void check_sums(pc_stream *stream) {
  pc_counters_t c;
  pc_stream_count(stream, &c);
  CHECK_EQUAL(c.received, c.decoded + c.filtered + c.failed);
  CHECK_EQUAL(c.decoded, c.delivered + c.dropped + c.queued);
}

static void test_full_ring(void) {
  static uint8_t out[PC_READ_MIN_BYTES];
  pc_stream stream;
  CHECK(pc_stream_init(&stream, 256));
  uint32_t bytes, count, put = 0;
  while (stream.counters.dropped_ring < 3) {
    pc_lock_enter(&stream.lock);
    stream.counters.received++;
    pc_stream_accept_locked(&stream);
    pc_stream_put_locked(&stream, block, make_record(PC_RECORD_PROCESS_START, ++put, 1000));
    pc_lock_leave(&stream.lock);
    check_sums(&stream);
  }
  CHECK(stream.ring.used <= 256 * 1024 - PC_CONTROL_RESERVE_BYTES);
  uint32_t fitted = put - 3;
  pc_lock_enter(&stream.lock);
  pc_stream_control_locked(&stream, block, make_record(PC_RECORD_LOSS, 7, 0)); /* into the reserve */
  stream.counters.received++;
  pc_stream_accept_locked(&stream);
  pc_stream_put_locked(&stream, block, 0); /* did not fit a record */
  pc_lock_leave(&stream.lock);
  CHECK_EQUAL(stream.counters.control_records, 1);
  CHECK_EQUAL(stream.counters.dropped_size, 1);
  CHECK_EQUAL(pc_stream_read(&stream, out, 100, 0, &bytes, &count), PC_E_BUFFER);
  CHECK(bytes > 1000 && count == 0);
  CHECK_EQUAL(pc_stream_read(&stream, out, sizeof out, 0, &bytes, &count), PC_OK);
  CHECK_EQUAL(count, fitted + 1);
  /* The jump in sequence before the control record is the three that were dropped. */
  const uint8_t *last = out + bytes - pc_read_u32(out) + 1000; /* the control record has no padding */
  CHECK_EQUAL(pc_read_u16(last + 4), PC_RECORD_LOSS);
  CHECK_EQUAL(pc_read_u64(last + 8), fitted + 4);
  check_sums(&stream);
  CHECK_EQUAL(pc_stream_read(&stream, out, sizeof out, 20, &bytes, &count), PC_TIMEOUT);
  pc_lock_enter(&stream.lock);
  pc_stream_end_locked(&stream);
  pc_lock_leave(&stream.lock);
  CHECK_EQUAL(pc_stream_read(&stream, out, sizeof out, 1000, &bytes, &count), PC_ENDED);
  pc_stream_free(&stream);
}

enum { THREADS = 3, EACH = 20000 };

static void *write_many(void *context) {
  pc_stream *stream = context;
  uint64_t record[64];
  for (uint32_t i = 0; i < EACH; i++) {
    pc_record_writer writer;
    pc_record_begin(&writer, record, sizeof record, PC_RECORD_PROCESS_START, i);
    for (uint32_t field = 0; field < i % 5; field++) pc_record_u32(&writer, PC_FIELD_PID, i);
    uint32_t size = pc_record_end(&writer);
    pc_lock_enter(&stream->lock);
    stream->counters.received++;
    pc_stream_accept_locked(stream);
    if (i % 3 == 0) pc_stream_put_locked(stream, record, size);
    else (void)pc_stream_put_waiting_locked(stream, record, size);
    pc_lock_leave(&stream->lock);
  }
  return NULL;
}

static uint64_t dropped(pc_stream *stream) {
  pc_lock_enter(&stream->lock);
  uint64_t records = stream->counters.dropped_ring;
  pc_lock_leave(&stream->lock);
  return records;
}

static void test_threads(void) {
  static uint8_t out[PC_READ_MIN_BYTES];
  pc_stream stream;
  CHECK(pc_stream_init(&stream, 128));
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, write_many, &stream);
  uint64_t last = 0, got = 0;
  uint32_t bytes, count, misordered = 0;
  while (got + dropped(&stream) < THREADS * EACH) {
    if (pc_stream_read(&stream, out, 4096, 10, &bytes, &count) != PC_OK) continue;
    for (uint32_t at = 0; at < bytes; at += pc_read_u32(out + at)) {
      misordered += pc_read_u64(out + at + 8) <= last;
      last = pc_read_u64(out + at + 8);
      got++;
    }
    check_sums(&stream);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  CHECK_EQUAL(misordered, 0);
  CHECK_EQUAL(stream.counters.delivered, got);
  CHECK_EQUAL(stream.counters.decoded, THREADS * EACH);
  pc_stream_free(&stream);
}

static int interrupted, destroyed;
static void on_interrupt(pc_object *object) { (void)object, interrupted++; }
static void on_destroy(pc_object *object) { (void)object, destroyed++; }

static void test_handles(void) {
  pc_object object = {PC_OBJECT_SOURCE, on_interrupt, on_destroy};
  pc_handle first, second, last = 0;
  CHECK_EQUAL(pc_handle_create(&object, &first), PC_OK);
  CHECK(pc_handle_enter(first, PC_OBJECT_SOURCE) == &object);
  CHECK(pc_handle_enter(first, PC_OBJECT_LOG) == NULL);
  pc_handle_leave(first);
  CHECK_EQUAL(pc_close(first), PC_OK);
  CHECK_EQUAL(pc_close(first), PC_E_HANDLE);
  CHECK(interrupted == 1 && destroyed == 1);
  CHECK_EQUAL(pc_handle_create(&object, &second), PC_OK);
  CHECK(second != first && pc_handle_enter(first, PC_OBJECT_SOURCE) == NULL);
  CHECK(pc_handle_enter(0, PC_OBJECT_SOURCE) == NULL && pc_handle_enter(UINT64_MAX, PC_OBJECT_SOURCE) == NULL);
  for (int i = 1; i < 64; i++) CHECK_EQUAL(pc_handle_create(&object, &last), PC_OK);
  CHECK_EQUAL(pc_handle_create(&object, &last), PC_E_MEMORY);
  CHECK(last < (1ull << 53));
}

static void test_codes(void) {
  CHECK(strcmp(pc_code_name(PC_E_IDENTITY), "PC_E_IDENTITY") == 0);
  CHECK(strcmp(pc_code_name(999), "PC_E_?") == 0);
  CHECK_EQUAL(pc_abi_version() >> 16, PC_ABI_MAJOR);
  CHECK_EQUAL(pc_build_flags(), 0);
}

int main(void) {
  test_record();
  test_encode();
  test_full_ring();
  test_threads();
  test_handles();
  test_codes();
  return finish("stream_test");
}

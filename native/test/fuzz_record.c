/* libFuzzer: any fields into any room. A record that fits reads back as what was put in; one that does not is refused. */
#include "../src/stream/record.h"
#include "walk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_ROOM = 4096, MOST_FIELDS = 64, FIELD_KINDS = 8 };

static uint64_t block[MOST_ROOM / sizeof(uint64_t)];
static uint16_t units[128];

/* What each put should have made, in bytes of value. */
typedef struct expected {
  uint16_t id;
  uint8_t type, provenance;
  uint32_t length;
} expected;

static expected put(pc_record_writer *writer, uint16_t id, uint8_t kind, uint32_t length, const uint8_t *text) {
  switch (kind) {
    case 0: pc_record_u32(writer, id, length); return (expected){id, PC_TYPE_U32, PC_CAPTURED, 4};
    case 1: pc_record_u64(writer, id, length); return (expected){id, PC_TYPE_U64, PC_CAPTURED, 8};
    case 2: pc_record_filetime(writer, id, length); return (expected){id, PC_TYPE_FILETIME, PC_CAPTURED, 8};
    case 3: pc_record_bytes(writer, id, PC_TYPE_BYTES, text, length); return (expected){id, PC_TYPE_BYTES, PC_CAPTURED, length};
    case 4: pc_record_text(writer, id, units, length); return (expected){id, PC_TYPE_UTF16, PC_CAPTURED, 2 * length};
    case 5: pc_record_ascii(writer, id, (const char *)text, length); return (expected){id, PC_TYPE_UTF16, PC_CAPTURED, 2 * length};
    case 6: pc_record_named(writer, id, units, length / 2, units, length); return (expected){id, PC_TYPE_NAMED, PC_CAPTURED, 4 + 2 * (length / 2) + 2 * length};
    default: pc_record_missing(writer, id, PC_TYPE_BYTES, (uint8_t)(PC_ABSENT + length % 3)); return (expected){id, PC_TYPE_BYTES, (uint8_t)(PC_ABSENT + length % 3), 0};
  }
}

static void check(const uint8_t *record, uint32_t size, const expected *fields, uint32_t count) {
  uint32_t at = sizeof(pc_record);
  if (!walk_record(record, size)) abort();
  for (uint32_t i = 0; i < count; i++) {
    pc_field field;
    const uint8_t *value;
    if (!walk_field(record, size, &at, &field, &value)) abort();
    if (field.id != fields[i].id || field.type != fields[i].type || field.provenance != fields[i].provenance || field.length != fields[i].length) abort();
  }
  if (at != size) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  expected fields[MOST_FIELDS];
  uint32_t count = 0, needed = sizeof(pc_record);
  if (size < 2) return 0;
  uint32_t room = pc_read_u16(data) % (MOST_ROOM + 1);
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) units[i] = (uint16_t)(data[i % size] << 8 | i);
  pc_record_writer writer;
  pc_record_begin(&writer, block, room, PC_RECORD_WINEVENT, 7);
  for (size_t at = 2; at + 3 <= size && count < MOST_FIELDS; at += 3) {
    uint32_t length = data[at + 2] % 128;
    if (length > size - at) length = (uint32_t)(size - at);
    fields[count] = put(&writer, data[at], data[at + 1] % FIELD_KINDS, length, data + at);
    needed += (uint32_t)sizeof(pc_field) + ((fields[count++].length + 7u) & ~7u);
  }
  uint32_t used = pc_record_end(&writer);
  if (used != (needed <= room ? needed : 0)) abort();
  if (used > 0) check((const uint8_t *)block, used, fields, count);
  return 0;
}

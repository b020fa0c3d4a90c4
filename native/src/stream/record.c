#include "record.h"

#include <string.h>

static uint32_t padded(uint32_t bytes) { return (bytes + 7u) & ~7u; }

void pc_record_begin(pc_record_writer *writer, void *buffer, uint32_t capacity, uint16_t kind,
                     uint64_t filetime) {
  pc_record head = {.kind = kind, .version = 1, .filetime = filetime};
  *writer = (pc_record_writer){.at = buffer, .capacity = capacity, .used = sizeof head,
                               .whole = capacity >= sizeof head};
  if (writer->whole) memcpy(writer->at, &head, sizeof head);
}

/* Appends a field header and returns where its value goes, padding zeroed; NULL when full. */
static uint8_t *append(pc_record_writer *writer, uint16_t id, uint8_t type, uint8_t provenance,
                       uint32_t length) {
  pc_field head = {.id = id, .type = type, .provenance = provenance, .length = length};
  if (!writer->whole || length > writer->capacity ||
      writer->capacity - writer->used < sizeof head + padded(length) || writer->fields == UINT16_MAX) {
    writer->whole = false;
    return NULL;
  }
  uint8_t *to = writer->at + writer->used;
  memcpy(to, &head, sizeof head);
  to += sizeof head;
  memset(to + length, 0, padded(length) - length);
  writer->used += (uint32_t)sizeof head + padded(length);
  writer->fields++;
  return to;
}

void pc_record_bytes(pc_record_writer *writer, uint16_t id, uint8_t type, const void *bytes,
                     uint32_t length) {
  uint8_t *to = append(writer, id, type, PC_CAPTURED, length);
  if (to != NULL && length > 0) memcpy(to, bytes, length);
}

void pc_record_u32(pc_record_writer *writer, uint16_t id, uint32_t value) {
  pc_record_bytes(writer, id, PC_TYPE_U32, &value, sizeof value);
}

void pc_record_u64(pc_record_writer *writer, uint16_t id, uint64_t value) {
  pc_record_bytes(writer, id, PC_TYPE_U64, &value, sizeof value);
}

void pc_record_filetime(pc_record_writer *writer, uint16_t id, uint64_t value) {
  pc_record_bytes(writer, id, PC_TYPE_FILETIME, &value, sizeof value);
}

void pc_record_text(pc_record_writer *writer, uint16_t id, const uint16_t *text, uint32_t units) {
  pc_record_bytes(writer, id, PC_TYPE_UTF16, text, 2 * units);
}

void pc_record_ascii(pc_record_writer *writer, uint16_t id, const char *text, uint32_t length) {
  uint8_t *to = append(writer, id, PC_TYPE_UTF16, PC_CAPTURED, 2 * length);
  if (to == NULL) return;
  for (uint32_t i = 0; i < length; i++) {
    to[2 * i] = (uint8_t)text[i];
    to[2 * i + 1] = 0;
  }
}

void pc_record_named(pc_record_writer *writer, uint16_t id, const uint16_t *name,
                     uint32_t name_units, const uint16_t *value, uint32_t value_units) {
  uint32_t name_bytes = 2 * name_units;
  uint8_t *to = append(writer, id, PC_TYPE_NAMED, PC_CAPTURED,
                       (uint32_t)sizeof name_bytes + name_bytes + 2 * value_units);
  if (to == NULL) return;
  memcpy(to, &name_bytes, sizeof name_bytes);
  memcpy(to + sizeof name_bytes, name, name_bytes);
  if (value_units > 0) memcpy(to + sizeof name_bytes + name_bytes, value, 2 * value_units);
}

void pc_record_missing(pc_record_writer *writer, uint16_t id, uint8_t type, uint8_t provenance) {
  (void)append(writer, id, type, provenance, 0);
}

uint32_t pc_record_end(pc_record_writer *writer) {
  if (!writer->whole) return 0;
  pc_record head;
  memcpy(&head, writer->at, sizeof head);
  head.size = writer->used;
  head.field_count = writer->fields;
  memcpy(writer->at, &head, sizeof head);
  return writer->used;
}

/* Reads a record back as the header file promises it, and believes nothing of it. */
#ifndef PC_TEST_WALK_H
#define PC_TEST_WALK_H

#include "../src/decode/text.h"
#include "problemchild.h"

#include <stdbool.h>
#include <string.h>

/* The field at *at, moving *at behind it; false when it does not lie whole within `size` or its padding is not zero. */
static inline bool walk_field(const uint8_t *record, uint32_t size, uint32_t *at, pc_field *field, const uint8_t **value) {
  if (size - *at < sizeof *field) return false;
  memcpy(field, record + *at, sizeof *field);
  *value = record + *at + sizeof *field;
  uint32_t room = size - *at - (uint32_t)sizeof *field;
  if (field->length > room) return false;
  uint32_t padded = (field->length + 7u) & ~7u;
  if (padded > room) return false;
  for (uint32_t i = field->length; i < padded; i++) {
    if ((*value)[i] != 0) return false;
  }
  *at += (uint32_t)sizeof *field + padded;
  return true;
}

/* Whether `size` bytes are one whole record: its own size, as many fields as it says, texts of whole units,
   no value where none was captured. */
static inline bool walk_record(const uint8_t *record, uint32_t size) {
  pc_record head;
  if (size < sizeof head || size % 8 != 0) return false;
  memcpy(&head, record, sizeof head);
  if (head.size != size || head.version != 1) return false;
  uint32_t at = sizeof head;
  for (uint32_t i = 0; i < head.field_count; i++) {
    pc_field field;
    const uint8_t *value;
    if (!walk_field(record, size, &at, &field, &value)) return false;
    if (field.provenance < PC_CAPTURED || field.provenance > PC_SKIPPED) return false;
    if (field.provenance != PC_CAPTURED && field.length != 0) return false;
    if (field.type == PC_TYPE_UTF16 && field.length % 2 != 0) return false;
    if (field.type == PC_TYPE_NAMED && (field.length < 4 || pc_read_u32(value) > field.length - 4)) return false;
  }
  return at == size;
}

#endif

/* Writes one self-describing record (see "records" in problemchild.h) into a fixed buffer. */
#ifndef PC_STREAM_RECORD_H
#define PC_STREAM_RECORD_H

#include "../decode/text.h"
#include "problemchild.h"

typedef struct pc_record_writer {
  uint8_t *at;        /* 8-byte aligned */
  uint32_t capacity;
  uint32_t used;
  uint16_t fields;
  bool whole;         /* false once something did not fit */
} pc_record_writer;

void pc_record_begin(pc_record_writer *writer, void *buffer, uint32_t capacity, uint16_t kind,
                     uint64_t filetime);
void pc_record_u32(pc_record_writer *writer, uint16_t id, uint32_t value);
void pc_record_u64(pc_record_writer *writer, uint16_t id, uint64_t value);
void pc_record_filetime(pc_record_writer *writer, uint16_t id, uint64_t value);
void pc_record_bytes(pc_record_writer *writer, uint16_t id, uint8_t type, const void *bytes,
                     uint32_t length);
/* UTF-16 by unit count. */
void pc_record_text(pc_record_writer *writer, uint16_t id, const uint16_t *text, uint32_t units);
/* Text in plain ASCII, such as a SID, widened. */
void pc_record_ascii(pc_record_writer *writer, uint16_t id, const char *text, uint32_t length);
void pc_record_named(pc_record_writer *writer, uint16_t id, const uint16_t *name,
                     uint32_t name_units, const uint16_t *value, uint32_t value_units);
/* A field without a value: why there is none. */
void pc_record_missing(pc_record_writer *writer, uint16_t id, uint8_t type, uint8_t provenance);

/* Completes the header; its size, or 0 when the record did not fit. */
uint32_t pc_record_end(pc_record_writer *writer);

#endif

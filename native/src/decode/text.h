/* Borrowed runs of bytes inside a payload, and the bounded reader that makes them. */
#ifndef PC_DECODE_TEXT_H
#define PC_DECODE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTF-16LE text, 8-bit text or a binary SID: bytes that somebody else owns, without alignment. */
typedef struct pc_span {
  const uint8_t *at;
  uint32_t bytes;
} pc_span;

/* Reads a payload front to back. Once a read would pass the end, `ok` stays false and every
   further read gives zero: decoders check it once, after the last field. */
typedef struct pc_cursor {
  const uint8_t *at;
  uint32_t left;
  bool ok;
} pc_cursor;

pc_cursor pc_cursor_over(const void *payload, uint32_t bytes);
uint32_t pc_take_u32(pc_cursor *cursor);
uint64_t pc_take_u64(pc_cursor *cursor);
uint64_t pc_take_pointer(pc_cursor *cursor, bool wide);
void pc_take_skip(pc_cursor *cursor, uint32_t bytes);

/* Text up to its terminator, which is consumed and not part of the span. No terminator: not ok. */
pc_span pc_take_utf16z(pc_cursor *cursor);
pc_span pc_take_bytesz(pc_cursor *cursor);

/* A SID by its own length: 8 + 4 × sub-authorities, at most 15 of them. */
pc_span pc_take_sid(pc_cursor *cursor);

/* A WBEM SID: 4 zero bytes for none, else TOKEN_USER (two pointers) and then the SID. */
pc_span pc_take_wbem_sid(pc_cursor *cursor, bool wide);

/* Unaligned little-endian reads of memory known to be there. */
uint16_t pc_read_u16(const uint8_t *at);
uint32_t pc_read_u32(const uint8_t *at);
uint64_t pc_read_u64(const uint8_t *at);

#define PC_SID_TEXT_MAX 192u

/* Writes "S-1-5-21-…" and a terminator; returns its length, 0 when the bytes are not one whole SID. */
uint32_t pc_sid_to_text(pc_span sid, char text[PC_SID_TEXT_MAX]);

#endif

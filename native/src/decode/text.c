#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SID_HEADER_BYTES = 8, SID_MAX_SUB_AUTHORITIES = 15 };

uint16_t pc_read_u16(const uint8_t *at) { return (uint16_t)(at[0] | (at[1] << 8)); }

uint32_t pc_read_u32(const uint8_t *at) {
  return (uint32_t)at[0] | ((uint32_t)at[1] << 8) | ((uint32_t)at[2] << 16) |
         ((uint32_t)at[3] << 24);
}

uint64_t pc_read_u64(const uint8_t *at) {
  return (uint64_t)pc_read_u32(at) | ((uint64_t)pc_read_u32(at + 4) << 32);
}

pc_cursor pc_cursor_over(const void *payload, uint32_t bytes) {
  pc_cursor cursor = {payload, bytes, payload != NULL || bytes == 0};
  return cursor;
}

/* The next `bytes` bytes, or NULL (and not ok) when there are fewer. */
static const uint8_t *take(pc_cursor *cursor, uint32_t bytes) {
  if (!cursor->ok || cursor->left < bytes) {
    cursor->ok = false;
    return NULL;
  }
  const uint8_t *at = cursor->at;
  cursor->at += bytes;
  cursor->left -= bytes;
  return at;
}

uint32_t pc_take_u32(pc_cursor *cursor) {
  const uint8_t *at = take(cursor, 4);
  return at ? pc_read_u32(at) : 0;
}

uint64_t pc_take_u64(pc_cursor *cursor) {
  const uint8_t *at = take(cursor, 8);
  return at ? pc_read_u64(at) : 0;
}

uint64_t pc_take_pointer(pc_cursor *cursor, bool wide) {
  return wide ? pc_take_u64(cursor) : pc_take_u32(cursor);
}

void pc_take_skip(pc_cursor *cursor, uint32_t bytes) { (void)take(cursor, bytes); }

static pc_span none(pc_cursor *cursor) {
  cursor->ok = false;
  return (pc_span){NULL, 0};
}

pc_span pc_take_utf16z(pc_cursor *cursor) {
  if (!cursor->ok) return none(cursor);
  for (uint32_t i = 0; i + 1 < cursor->left; i += 2) {
    if (cursor->at[i] == 0 && cursor->at[i + 1] == 0) {
      pc_span span = {cursor->at, i};
      (void)take(cursor, i + 2);
      return span;
    }
  }
  return none(cursor);
}

pc_span pc_take_bytesz(pc_cursor *cursor) {
  const uint8_t *end =
      cursor->ok && cursor->left > 0 ? memchr(cursor->at, 0, cursor->left) : NULL;
  if (end == NULL) return none(cursor);
  pc_span span = {cursor->at, (uint32_t)(end - cursor->at)};
  (void)take(cursor, span.bytes + 1);
  return span;
}

pc_span pc_take_sid(pc_cursor *cursor) {
  if (!cursor->ok || cursor->left < SID_HEADER_BYTES) return none(cursor);
  uint32_t sub_authorities = cursor->at[1];
  if (cursor->at[0] != 1 || sub_authorities > SID_MAX_SUB_AUTHORITIES) return none(cursor);
  uint32_t bytes = SID_HEADER_BYTES + 4 * sub_authorities;
  const uint8_t *at = take(cursor, bytes);
  return at ? (pc_span){at, bytes} : none(cursor);
}

pc_span pc_take_wbem_sid(pc_cursor *cursor, bool wide) {
  if (!cursor->ok || cursor->left < 4) return none(cursor);
  if (pc_read_u32(cursor->at) == 0) {
    (void)take(cursor, 4);
    return (pc_span){NULL, 0};
  }
  pc_take_skip(cursor, wide ? 16 : 8);
  return pc_take_sid(cursor);
}

uint32_t pc_sid_to_text(pc_span sid, char text[PC_SID_TEXT_MAX]) {
  text[0] = 0;
  if (sid.bytes < SID_HEADER_BYTES || sid.at[0] != 1 || sid.at[1] > SID_MAX_SUB_AUTHORITIES ||
      sid.bytes != SID_HEADER_BYTES + 4u * sid.at[1]) {
    return 0;
  }
  uint64_t authority = 0;
  for (int i = 2; i < 8; i++) authority = authority << 8 | sid.at[i];
  /* Authorities of 2^32 and more are written in hexadecimal, as Windows does. */
  int length = authority >> 32 != 0
                   ? snprintf(text, PC_SID_TEXT_MAX, "S-1-0x%012" PRIX64, authority)
                   : snprintf(text, PC_SID_TEXT_MAX, "S-1-%" PRIu64, authority);
  for (uint32_t i = 0; i < sid.at[1]; i++) {
    length += snprintf(text + length, PC_SID_TEXT_MAX - (size_t)length, "-%" PRIu32,
                       pc_read_u32(sid.at + SID_HEADER_BYTES + 4 * i));
  }
  return (uint32_t)length;
}

/* Builds event payloads field by field, as the providers' layouts say. */
#ifndef PC_TEST_PAYLOAD_H
#define PC_TEST_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct payload {
  uint8_t bytes[8192];
  uint32_t used;
} payload;

static inline void add_bytes(payload *p, const void *bytes, uint32_t count) {
  memcpy(p->bytes + p->used, bytes, count);
  p->used += count;
}
static inline void add_u16(payload *p, uint16_t value) { add_bytes(p, &value, sizeof value); }
static inline void add_u32(payload *p, uint32_t value) { add_bytes(p, &value, sizeof value); }
static inline void add_u64(payload *p, uint64_t value) { add_bytes(p, &value, sizeof value); }
static inline void add_pointer(payload *p, bool wide, uint64_t value) { add_bytes(p, &value, wide ? 8 : 4); }
static inline void add_ascii(payload *p, const char *text) { add_bytes(p, text, (uint32_t)strlen(text) + 1); }
static inline void add_wide(payload *p, const char *text) {
  for (;; text++) {
    add_u16(p, (uint8_t)*text);
    if (*text == 0) return;
  }
}

/* S-1-5-21-1-2-3-1001 */
static const uint8_t user_sid[] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0xe9, 3, 0, 0};
/* S-1-16-12288 */
static const uint8_t label_sid[] = {1, 1, 0, 0, 0, 0, 0, 16, 0, 0x30, 0, 0};

static inline void add_wbem_sid(payload *p, bool wide) {
  add_pointer(p, wide, 0xffff8000dead0000u | 0x1000);
  add_pointer(p, wide, 0);
  add_bytes(p, user_sid, sizeof user_sid);
}

static inline payload classic_payload(uint8_t version, bool wide, uint32_t pid, uint32_t parent, const char *line) {
  payload p = {.used = 0};
  if (version >= 1) add_pointer(&p, wide, 0xffff800012345678u);
  add_pointer(&p, wide && version == 0, pid);
  add_pointer(&p, wide && version == 0, parent);
  if (version >= 1) {
    add_u32(&p, 2);   /* session */
    add_u32(&p, 259); /* exit status */
  }
  if (version >= 3) add_pointer(&p, wide, 0x1ab000);
  if (version >= 4) add_u32(&p, 7);
  add_wbem_sid(&p, wide);
  add_ascii(&p, "cmd.exe");
  if (version >= 2) add_wide(&p, line);
  if (version >= 4) {
    add_wide(&p, "Package_1.0");
    add_wide(&p, "App");
  }
  return p;
}

static inline payload manifest_start_payload(uint8_t layout, uint32_t pid, uint32_t parent, uint64_t created) {
  payload p = {.used = 0};
  add_u32(&p, pid);
  if (layout >= 3) add_u64(&p, 1000);
  add_u64(&p, created);
  add_u32(&p, parent);
  if (layout >= 3) add_u64(&p, 900);
  add_u32(&p, 2);
  if (layout >= 1) add_u32(&p, 5);
  if (layout >= 3) {
    add_u32(&p, 3); /* limited */
    add_u32(&p, 1);
    add_bytes(&p, label_sid, sizeof label_sid);
  }
  add_wide(&p, "\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe");
  if (layout >= 2) {
    add_u32(&p, 0x51234);
    add_u32(&p, 0x5f000000);
    add_wide(&p, "Package_1.0");
    add_wide(&p, "App");
  }
  if (layout >= 4) add_u32(&p, 9);
  if (layout >= 5) {
    add_u32(&p, 1);
    add_u16(&p, 0x8664);
  }
  return p;
}

static inline payload manifest_stop_payload(uint8_t version, uint32_t pid, uint64_t created) {
  payload p = {.used = 0};
  add_u32(&p, pid);
  if (version >= 2) add_u64(&p, 1000);
  add_u64(&p, created);
  add_u64(&p, created + 10000000u);
  add_u32(&p, 0xc000013au);
  add_u32(&p, 1);
  add_u32(&p, 44);
  add_u64(&p, 1);
  add_u64(&p, 2);
  if (version >= 1) {
    add_u64(&p, 3);
    for (int i = 0; i < 5; i++) add_u32(&p, 4);
  }
  add_ascii(&p, "cmd.exe");
  return p;
}

#endif

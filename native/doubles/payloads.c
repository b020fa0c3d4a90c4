#include "payloads.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { LINE_CAP = 1024, SESSION = 1, STILL_RUNNING = 259 };

typedef struct writer {
  uint8_t *at;
  uint32_t used;
} writer;

static void put(writer *w, const void *bytes, uint32_t count) {
  if (w->used + count > PAYLOAD_BYTES) return;
  memcpy(w->at + w->used, bytes, count);
  w->used += count;
}
static void put_u32(writer *w, uint32_t value) { put(w, &value, sizeof value); }
static void put_u64(writer *w, uint64_t value) { put(w, &value, sizeof value); }

static void put_wide(writer *w, const wchar_t *text, uint32_t units) {
  put(w, text, units * 2);
  put(w, L"", 2);
}

static void put_name(writer *w, const wchar_t *path) {
  const wchar_t *slash = wcsrchr(path, L'\\');
  char name[512];
  int bytes = WideCharToMultiByte(CP_ACP, 0, slash != NULL ? slash + 1 : path, -1, name, sizeof name, NULL, NULL);
  put(w, bytes > 0 ? name : "", bytes > 0 ? (uint32_t)bytes : 1);
}

uint32_t write_classic(const process_story *story, uint8_t *to) {
  writer w = {to, 0};
  uint32_t units = (uint32_t)wcslen(story->line);
  put_u64(&w, 0xffffa80400000000u + story->pid);
  put_u32(&w, story->pid);
  put_u32(&w, story->parent_pid);
  put_u32(&w, SESSION);
  put_u32(&w, story->exit_status != 0 ? story->exit_status : STILL_RUNNING);
  put_u64(&w, 0x1ab000);
  put_u32(&w, 0);
  put_u64(&w, 0xffffd38300000001u);
  put_u64(&w, 0);
  put(&w, story->user_sid, story->user_sid_bytes);
  put_name(&w, story->nt_path);
  put_wide(&w, story->line, units < LINE_CAP ? units : LINE_CAP);
  put_wide(&w, L"", 0);
  put_wide(&w, L"", 0);
  return w.used;
}

uint32_t write_manifest_start(const process_story *story, uint8_t *to) {
  static const uint8_t medium_label[] = {1, 1, 0, 0, 0, 0, 0, 16, 0, 0x20, 0, 0};
  writer w = {to, 0};
  put_u32(&w, story->pid);
  put_u64(&w, 0x10000u + story->pid);
  put_u64(&w, story->created);
  put_u32(&w, story->parent_pid);
  put_u64(&w, 0x10000u + story->parent_pid);
  put_u32(&w, SESSION);
  put_u32(&w, 0);
  put_u32(&w, 1);
  put_u32(&w, 0);
  put(&w, medium_label, sizeof medium_label);
  put_wide(&w, story->nt_path, (uint32_t)wcslen(story->nt_path));
  put_u32(&w, 0);
  put_u32(&w, 0);
  put_wide(&w, L"", 0);
  put_wide(&w, L"", 0);
  return w.used;
}

uint32_t write_manifest_stop(const process_story *story, uint8_t *to) {
  static const uint8_t usage[4 + 8 + 8 + 8 + 5 * 4];
  writer w = {to, 0};
  put_u32(&w, story->pid);
  put_u64(&w, 0x10000u + story->pid);
  put_u64(&w, story->created);
  put_u64(&w, story->created + 1);
  put_u32(&w, story->exit_status);
  put_u32(&w, 1);
  put(&w, usage, sizeof usage);
  put_name(&w, story->nt_path);
  return w.used;
}

uint32_t write_hex(const char *digits, uint8_t *to) {
  uint32_t count = 0;
  for (; digits[0] != 0 && digits[1] != 0 && count < PAYLOAD_BYTES; digits += 2) {
    const char pair[] = {digits[0], digits[1], 0};
    to[count++] = (uint8_t)strtoul(pair, NULL, 16);
  }
  return count;
}

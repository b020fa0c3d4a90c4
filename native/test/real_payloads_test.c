/* Decodes what a Windows kernel wrote, and compares with what an independent decoder read. */
#include "../src/decode/process_event.h"
#include "check.h"

#include <stdlib.h>

enum { MOST = 70000 };

static uint32_t read_hex(FILE *in, uint8_t *to) {
  uint32_t count = 0;
  unsigned byte;
  (void)fscanf(in, " x");
  while (count < MOST && fscanf(in, "%2x", &byte) == 1) {
    to[count++] = (uint8_t)byte;
    int next = fgetc(in);
    (void)ungetc(next, in);
    if (next == ' ' || next == '\n' || next == EOF) break;
  }
  return count;
}

typedef struct text {
  uint8_t bytes[MOST];
  uint32_t count;
} text;

/* "x" alone is the empty text; %2x would skip the blank and eat the next one. */
static void read_text(FILE *in, text *t) {
  t->count = 0;
  (void)fscanf(in, " x");
  int next = fgetc(in);
  (void)ungetc(next, in);
  if (next != ' ' && next != '\n') t->count = read_hex(in, t->bytes);
}

static bool same(pc_span span, const text *t) {
  return span.bytes == t->count && (t->count == 0 || memcmp(span.at, t->bytes, t->count) == 0);
}

static void check_event(const uint32_t n[7], text texts[6]) {
  pc_event_header header = {.opcode = (uint8_t)n[0], .version = (uint8_t)n[1], .wide = true, .stamp = 1};
  pc_process_event event;
  uint8_t *payload = malloc(texts[5].count);
  memcpy(payload, texts[5].bytes, texts[5].count);
  CHECK_EQUAL(pc_decode_classic(&header, payload, texts[5].count, &event), PC_DECODED_EVENT);
  CHECK_EQUAL(event.pid, n[2]);
  CHECK_EQUAL(event.parent_pid, n[3]);
  CHECK_EQUAL(event.session_id, n[4]);
  CHECK_EQUAL(event.exit_status, n[5]);
  CHECK_EQUAL(event.flags, n[6]);
  char sid[PC_SID_TEXT_MAX];
  uint32_t sid_length = pc_sid_to_text(event.user_sid, sid);
  CHECK(sid_length == texts[0].count && memcmp(sid, texts[0].bytes, sid_length) == 0);
  CHECK(same(event.image_name, &texts[1]));
  CHECK(same(event.command_line, &texts[2]));
  CHECK(same(event.package, &texts[3]));
  CHECK(same(event.application_id, &texts[4]));
  free(payload);
}

int main(int count, char **arguments) {
  static text texts[6];
  FILE *in = count > 1 ? fopen(arguments[1], "r") : stdin;
  if (in == NULL) return 2;
  uint32_t n[7];
  int events = 0;
  while (fscanf(in, "%u %u %u %u %u %u %u", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6]) == 7) {
    for (int i = 0; i < 6; i++) read_text(in, &texts[i]);
    check_event(n, texts);
    events++;
  }
  fclose(in);
  CHECK(events >= 244);
  return finish("real_payloads_test");
}

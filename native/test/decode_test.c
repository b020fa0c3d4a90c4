/* Decoders against payloads built for every version and width, and every truncation of them. */
#include "../src/decode/process_event.h"
#include "check.h"
#include "payload.h"
#include "problemchild.h"

#include <stdlib.h>

typedef pc_decoded decoder(const pc_event_header *, const void *, uint32_t, pc_process_event *);

/* Exactly `bytes` long on the heap, so that the sanitizer sees a read past the end. */
static pc_decoded decode_exact(decoder *decode, const pc_event_header *header, const payload *p, uint32_t bytes,
                               pc_process_event *event) {
  uint8_t *copy = malloc(bytes > 0 ? bytes : 1);
  memcpy(copy, p->bytes, bytes);
  pc_decoded decoded = decode(header, copy, bytes, event);
  free(copy);
  return decoded;
}

static void check_truncations(decoder *decode, const pc_event_header *header, const payload *p) {
  pc_process_event event;
  for (uint32_t bytes = 0; bytes < p->used; bytes++) {
    CHECK_EQUAL(decode_exact(decode, header, p, bytes, &event), PC_DECODED_MALFORMED);
  }
}

static bool is_wide_text(pc_span span, const char *text) {
  if (span.bytes != 2 * strlen(text)) return false;
  for (uint32_t i = 0; i < span.bytes; i += 2) {
    if (span.at[i] != (uint8_t)text[i / 2] || span.at[i + 1] != 0) return false;
  }
  return true;
}

static bool is_sid(pc_span sid, const char *text) {
  char own[PC_SID_TEXT_MAX];
  return pc_sid_to_text(sid, own) == strlen(text) && strcmp(own, text) == 0;
}

static void classic_of(uint8_t version, bool wide, uint8_t opcode) {
  payload p = classic_payload(version, wide, 4321, 1234, "cmd.exe /c whoami");
  pc_event_header header = {.opcode = opcode, .version = version, .wide = wide, .stamp = 77};
  pc_process_event event;
  CHECK_EQUAL(pc_decode_classic(&header, p.bytes, p.used, &event), PC_DECODED_EVENT);
  CHECK_EQUAL(event.kind, opcode);
  CHECK_EQUAL(event.pid, 4321);
  CHECK_EQUAL(event.parent_pid, 1234);
  CHECK_EQUAL(event.stamp, 77);
  CHECK_EQUAL(event.origins, PC_ORIGIN_CLASSIC);
  CHECK_EQUAL(event.session_id, version >= 1 ? 2 : 0);
  CHECK_EQUAL((event.has & PC_HAS_EXIT_STATUS) != 0, version >= 1 && opcode == 2);
  CHECK(is_sid(event.user_sid, "S-1-5-21-1-2-3-1001"));
  CHECK(event.image_name.bytes == 7 && memcmp(event.image_name.at, "cmd.exe", 7) == 0);
  CHECK(is_wide_text(event.command_line, version >= 2 ? "cmd.exe /c whoami" : ""));
  CHECK(is_wide_text(event.package, version >= 4 ? "Package_1.0" : ""));
  CHECK_EQUAL(event.flags, version >= 4 ? 7 : 0);
  check_truncations(pc_decode_classic, &header, &p);
}

static void test_classic(void) {
  for (uint8_t version = 0; version <= 4; version++) {
    for (uint8_t opcode = 1; opcode <= 3; opcode++) {
      classic_of(version, true, opcode);
      classic_of(version, false, opcode);
    }
  }
  pc_process_event event;
  payload p = classic_payload(4, true, 4, 0, "x");
  CHECK_EQUAL(pc_decode_classic(&(pc_event_header){.opcode = 1, .version = 5, .wide = true}, p.bytes, p.used, &event), PC_DECODED_VERSION);
  CHECK_EQUAL(pc_decode_classic(&(pc_event_header){.opcode = 4, .version = 4, .wide = true}, p.bytes, p.used, &event), PC_DECODED_OTHER);
  CHECK_EQUAL(pc_decode_classic(&(pc_event_header){.opcode = 39, .version = 9, .wide = true}, p.bytes, p.used, &event), PC_DECODED_OTHER);
}

static void manifest_start_of(uint16_t id, uint8_t version, uint8_t layout) {
  payload p = manifest_start_payload(layout, 4321, 1234, 132000000000000000u);
  pc_event_header header = {.id = id, .version = version, .wide = true, .stamp = 78};
  pc_process_event event;
  CHECK_EQUAL(pc_decode_manifest(&header, p.bytes, p.used, &event), PC_DECODED_EVENT);
  CHECK_EQUAL(event.kind, id == 1 ? PC_EVENT_START : PC_EVENT_RUNNING);
  CHECK_EQUAL(event.pid, 4321);
  CHECK_EQUAL(event.parent_pid, 1234);
  CHECK_EQUAL(event.created, 132000000000000000u);
  CHECK_EQUAL(event.session_id, 2);
  CHECK_EQUAL(event.manifest_version, version);
  CHECK_EQUAL(event.classic_version, PC_NO_VERSION);
  CHECK(is_wide_text(event.image_nt_path, "\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe"));
  CHECK_EQUAL(event.flags, layout >= 1 ? 5 : 0);
  CHECK(is_wide_text(event.application_id, layout >= 2 ? "App" : ""));
  CHECK_EQUAL(event.sequence, layout >= 3 ? 1000 : 0);
  CHECK_EQUAL(event.parent_sequence, layout >= 3 ? 900 : 0);
  CHECK_EQUAL(event.elevation_type, layout >= 3 ? 3 : 0);
  CHECK_EQUAL(event.elevated, layout >= 3 ? 1 : 0);
  CHECK_EQUAL((event.has & PC_HAS_SEQUENCE) != 0, layout >= 3);
  CHECK(layout < 3 || is_sid(event.label_sid, "S-1-16-12288"));
  check_truncations(pc_decode_manifest, &header, &p);
}

static void test_manifest(void) {
  for (uint8_t version = 0; version <= 5; version++) manifest_start_of(1, version, version);
  for (uint8_t version = 0; version <= 3; version++) manifest_start_of(15, version, (uint8_t)(version + 2));
  for (uint8_t version = 0; version <= 2; version++) {
    payload p = manifest_stop_payload(version, 4321, 132000000000000000u);
    pc_event_header header = {.id = 2, .version = version, .wide = true, .stamp = 79};
    pc_process_event event;
    CHECK_EQUAL(pc_decode_manifest(&header, p.bytes, p.used, &event), PC_DECODED_EVENT);
    CHECK_EQUAL(event.kind, PC_EVENT_END);
    CHECK_EQUAL(event.pid, 4321);
    CHECK_EQUAL(event.created, 132000000000000000u);
    CHECK_EQUAL(event.exit_status, 0xc000013au);
    CHECK_EQUAL(event.sequence, version >= 2 ? 1000 : 0);
    CHECK_EQUAL(event.has & PC_HAS_PARENT, 0);
    check_truncations(pc_decode_manifest, &header, &p);
  }
  pc_process_event event;
  payload p = manifest_start_payload(5, 4, 0, 1);
  const uint16_t ids[] = {1, 2, 15};
  const uint8_t first_unknown[] = {6, 3, 4};
  for (int i = 0; i < 3; i++) {
    pc_event_header header = {.id = ids[i], .version = first_unknown[i], .wide = true};
    CHECK_EQUAL(pc_decode_manifest(&header, p.bytes, p.used, &event), PC_DECODED_VERSION);
  }
  CHECK_EQUAL(pc_decode_manifest(&(pc_event_header){.id = 3, .wide = true}, p.bytes, p.used, &event), PC_DECODED_OTHER);
}

static void test_sid(void) {
  static const uint8_t large_authority[] = {1, 1, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 5, 0, 0, 0};
  static const uint8_t too_many[] = {1, 16, 0, 0, 0, 0, 0, 5};
  uint8_t longest[8 + 4 * 15] = {1, 15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  memset(longest + 8, 0xff, 60);
  char text[PC_SID_TEXT_MAX];
  CHECK(is_sid((pc_span){large_authority, sizeof large_authority}, "S-1-0x123456789ABC-5"));
  CHECK_EQUAL(pc_sid_to_text((pc_span){too_many, sizeof too_many}, text), 0);
  CHECK_EQUAL(pc_sid_to_text((pc_span){user_sid, sizeof user_sid - 1}, text), 0);
  CHECK_EQUAL(pc_sid_to_text((pc_span){NULL, 0}, text), 0);
  CHECK_EQUAL(pc_sid_to_text((pc_span){longest, sizeof longest}, text), 4 + 14 + 15 * 11);
  payload p = {.used = 0};
  add_u32(&p, 0);
  add_ascii(&p, "after");
  pc_cursor cursor = pc_cursor_over(p.bytes, p.used);
  CHECK_EQUAL(pc_take_wbem_sid(&cursor, true).bytes, 0);
  CHECK_EQUAL(pc_take_bytesz(&cursor).bytes, 5);
  CHECK(cursor.ok && cursor.left == 0);
}

static void test_line_choice(void) {
  static uint8_t full[8192], other[8192];
  memset(full, 'a', sizeof full);
  memset(other, 'b', sizeof other);
  const uint32_t cap = 2 * PC_CLASSIC_LINE_UNITS;
  const struct {
    pc_span classic, live;
    uint32_t bytes, from;
  } table[] = {
      {{full, 100}, {other, 4000}, 100, PC_LINE_CLASSIC},      /* below the cap: complete */
      {{full, cap}, {full, 4000}, 4000, PC_LINE_PROCESS},      /* its prefix: the live one is whole */
      {{full, cap - 2}, {full, 4000}, 4000, PC_LINE_PROCESS},  /* cap less the terminator */
      {{full, cap}, {other, 4000}, cap, PC_LINE_CLASSIC_CUT},  /* the process rewrote its own line */
      {{full, cap}, {NULL, 0}, cap, PC_LINE_CLASSIC_CUT},      /* ended before it was asked */
      {{full, cap}, {full, cap}, cap, PC_LINE_CLASSIC},        /* exactly that long */
      {{full, cap}, {full, 100}, cap, PC_LINE_CLASSIC_CUT},
      {{NULL, 0}, {other, 50}, 50, PC_LINE_PROCESS},
      {{NULL, 0}, {NULL, 0}, 0, PC_LINE_CLASSIC},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    pc_line_choice choice = pc_line_choose(table[i].classic, table[i].live);
    CHECK_EQUAL(choice.line.bytes, table[i].bytes);
    CHECK_EQUAL(choice.from, table[i].from);
  }
}

/* One file per layout, in fuzz_decode's format: id or opcode, version, choices (the first is the width), payload. */
static void write_seed(const char *folder, uint8_t number, uint8_t version, uint8_t choices, const payload *p) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/built-%u-%u-%u-%u", folder, number, version, choices, p->used);
  FILE *out = fopen(path, "wb");
  if (out == NULL) return;
  const uint8_t head[] = {number, version, choices};
  (void)fwrite(head, 1, sizeof head, out);
  (void)fwrite(p->bytes, 1, p->used, out);
  (void)fclose(out);
}

static void write_seeds(const char *folder) {
  for (uint8_t version = 0; version <= 5; version++) {
    payload start = manifest_start_payload(version, 4321, 1234, 132000000000000000u);
    write_seed(folder, 1, version, true, &start);
    if (version >= 2) write_seed(folder, 15, (uint8_t)(version - 2), true, &start);
    payload classic_wide = classic_payload(version, true, 4321, 1234, "cmd.exe /c whoami");
    payload classic_narrow = classic_payload(version, false, 4321, 1234, "cmd.exe /c whoami");
    write_seed(folder, 2, version, true, &classic_wide);
    write_seed(folder, 3, version, false, &classic_narrow);
    payload stop = manifest_stop_payload(version, 4321, 132000000000000000u);
    write_seed(folder, 2, version, false, &stop);
  }
  /* A line at the kernel's cap is two kilobytes that a fuzzer does not come upon; with and without a longer live one. */
  char line[PC_CLASSIC_LINE_UNITS + 1];
  memset(line, 'a', sizeof line);
  for (uint32_t units = PC_CLASSIC_LINE_UNITS - 1; units <= PC_CLASSIC_LINE_UNITS; units++) {
    line[units] = 0;
    payload capped = classic_payload(4, true, 4321, 1234, line);
    line[units] = 'a';
    for (uint8_t choices = 1; choices < 64; choices += 2) write_seed(folder, 1, 4, choices, &capped);
  }
}

int main(int count, char **arguments) {
  if (count > 1) write_seeds(arguments[1]);
  test_classic();
  test_manifest();
  test_sid();
  test_line_choice();
  return finish("decode_test");
}

#include "cases.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

int cases_passed, cases_failed;

void check_at(const char *file, int line, const char *what, bool holds) {
  if (holds) {
    cases_passed++;
  } else {
    cases_failed++;
    printf("%s:%d: %s\n", file, line, what);
  }
}

static wchar_t own_folder[MAX_PATH];

static void set_variable(const wchar_t *variable, const wchar_t *file) {
  wchar_t path[2 * MAX_PATH];
  (void)swprintf(path, 2 * MAX_PATH, L"%ls\\%ls", own_folder, file);
  SetEnvironmentVariableW(variable, path);
}

static void write_script(const wchar_t *variable, const char *text, const char *mode) {
  wchar_t path[2 * MAX_PATH];
  GetEnvironmentVariableW(variable, path, 2 * MAX_PATH);
  FILE *out = _wfopen(path, mode[0] == 'a' ? L"ab" : L"wb");
  if (out == NULL) return;
  (void)fputs(text, out);
  (void)fclose(out);
}

/* The doubles keep their place in the script for the life of the process: cases only ever append. */
void append_etw(const char *text) { write_script(L"PC_DOUBLE_ETW_SCRIPT", text, "a"); }
void append_eventlog(const char *text) { write_script(L"PC_DOUBLE_EVENTLOG_SCRIPT", text, "a"); }

static uint64_t block[PC_READ_MIN_BYTES / sizeof(uint64_t)];

void read_until(pc_handle source, reading *r, uint16_t kind, uint32_t count) {
  ULONGLONG until = GetTickCount64() + PATIENCE_MS;
  while (r->count[kind] < count && GetTickCount64() < until) {
    uint32_t bytes, records;
    pc_cause cause = {.size = sizeof cause};
    r->code = pc_read(source, block, sizeof block, 50, &bytes, &records, &cause);
    if (r->code == PC_TIMEOUT) continue;
    if (r->code != PC_OK) return;
    for (uint32_t at = 0; at < bytes;) {
      pc_record head;
      memcpy(&head, (const uint8_t *)block + at, sizeof head);
      CHECK(head.sequence > r->last_sequence);
      r->last_sequence = head.sequence;
      r->count[head.kind % 32]++;
      memcpy(r->last[head.kind % 32], (const uint8_t *)block + at, head.size < 8192 ? head.size : 8192);
      at += head.size;
      records--;
    }
    CHECK(records == 0);
  }
}

const pc_field *field_of(const uint8_t *record, uint16_t id) {
  pc_record head;
  memcpy(&head, record, sizeof head);
  for (uint32_t at = sizeof head; at < head.size && at < 8192;) {
    const pc_field *field = (const pc_field *)(const void *)(record + at);
    if (field->id == id) return field;
    at += (uint32_t)sizeof *field + ((field->length + 7) & ~7u);
  }
  return NULL;
}

uint32_t u32_of(const uint8_t *record, uint16_t id) {
  const pc_field *field = field_of(record, id);
  return field != NULL && field->length == 4 ? *(const uint32_t *)(field + 1) : UINT32_MAX;
}

uint64_t u64_of(const uint8_t *record, uint16_t id) {
  const pc_field *field = field_of(record, id);
  return field != NULL && field->length == 8 ? *(const uint64_t *)(field + 1) : UINT64_MAX;
}

bool text_is(const uint8_t *record, uint16_t id, const wchar_t *text) {
  const pc_field *field = field_of(record, id);
  return field != NULL && field->length == 2 * wcslen(text) && memcmp(field + 1, text, field->length) == 0;
}

bool named_is(const uint8_t *record, const wchar_t *name, const wchar_t *text) {
  pc_record head;
  memcpy(&head, record, sizeof head);
  for (uint32_t at = sizeof head; at < head.size;) {
    const pc_field *field = (const pc_field *)(const void *)(record + at);
    const uint8_t *value = (const uint8_t *)(field + 1);
    uint32_t name_bytes = field->id == PC_FIELD_EVENT_DATA ? *(const uint32_t *)(const void *)value : 0;
    if (name_bytes == 2 * wcslen(name) && memcmp(value + 4, name, name_bytes) == 0) {
      return field->length - 4 - name_bytes == 2 * wcslen(text) &&
             memcmp(value + 4 + name_bytes, text, 2 * wcslen(text)) == 0;
    }
    at += (uint32_t)sizeof *field + ((field->length + 7) & ~7u);
  }
  return false;
}

bool sums_hold(pc_handle source, pc_counters_t *c) {
  c->size = sizeof *c;
  return pc_counters(source, c) == PC_OK && c->received == c->decoded + c->filtered + c->failed &&
         c->decoded == c->delivered + c->dropped + c->queued;
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "sleep") == 0) {
    wchar_t name[64];
    (void)swprintf(name, 64, BEGUN L"%u", (unsigned)GetCurrentProcessId());
    (void)CreateEventW(NULL, TRUE, TRUE, name);
    Sleep(60000);
    return 0;
  }
  if (count > 3 && strcmp(arguments[2], "install") == 0) return setup_program(arguments[3]);
  GetModuleFileNameW(NULL, own_folder, MAX_PATH);
  *wcsrchr(own_folder, L'\\') = 0;
  set_variable(L"PC_DOUBLE_ETW", L"etw-double.dll");
  set_variable(L"PC_DOUBLE_EVENTLOG", L"eventlog-double.dll");
  set_variable(L"PC_DOUBLE_CATALOG", L"catalog-double.dll");
  set_variable(L"PC_DOUBLE_ETW_SCRIPT", L"windows_test_etw.txt");
  set_variable(L"PC_DOUBLE_EVENTLOG_SCRIPT", L"windows_test_eventlog.txt");
  write_script(L"PC_DOUBLE_ETW_SCRIPT", "", "w");
  write_script(L"PC_DOUBLE_EVENTLOG_SCRIPT", "", "w");
  CHECK(pc_build_flags() == PC_BUILD_TEST_SEAM);
  etw_cases();
  eventlog_cases();
  process_cases();
  file_cases();
  pipe_cases();
  setup_cases();
  printf("windows_test: %d passed, %d failed\n", cases_passed, cases_failed);
  return cases_failed != 0;
}

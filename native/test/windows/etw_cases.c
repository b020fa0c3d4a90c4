#include "cases.h"

#include <stdio.h>
#include <string.h>

static reading r;

static void pairs_and_ends(pc_handle source) {
  append_etw("start\t5000\t4\t0\t\\Device\\HarddiskVolume9\\Windows\\System32\\cmd.exe\tcmd.exe /c whoami\n");
  read_until(source, &r, PC_RECORD_PROCESS_START, 1);
  const uint8_t *start = r.last[PC_RECORD_PROCESS_START];
  CHECK(r.count[PC_RECORD_PROCESS_START] == 1);
  CHECK(u32_of(start, PC_FIELD_PID) == 5000 && u32_of(start, PC_FIELD_PARENT_PID) == 4);
  CHECK(text_is(start, PC_FIELD_COMMAND_LINE, L"cmd.exe /c whoami"));
  CHECK(u32_of(start, PC_FIELD_COMMAND_LINE_FROM) == PC_LINE_CLASSIC);
  CHECK(text_is(start, PC_FIELD_IMAGE_NAME, L"cmd.exe"));
  CHECK(text_is(start, PC_FIELD_USER_SID, L"S-1-5-21-1-2-3-1001"));
  CHECK(text_is(start, PC_FIELD_MANDATORY_LABEL, L"S-1-16-8192"));
  CHECK((u32_of(start, PC_FIELD_ORIGINS) & 3) == 3);
  CHECK(u32_of(start, PC_FIELD_EVENT_VERSION) == (4 | 3 << 8));
  const pc_field *path = field_of(start, PC_FIELD_IMAGE_PATH);
  CHECK(path != NULL && path->provenance == PC_FAILED && path->length == 0); /* no such volume */
  append_etw("end\t5000\t4\t0\t\\Device\\HarddiskVolume9\\cmd.exe\t\t0xc000013a\n");
  read_until(source, &r, PC_RECORD_PROCESS_END, 1);
  CHECK(u32_of(r.last[PC_RECORD_PROCESS_END], PC_FIELD_EXIT_STATUS) == 0xc000013a);
  append_etw("running\t6000\t4\t0\t\\Device\\HarddiskVolume9\\old.exe\told.exe\n");
  read_until(source, &r, PC_RECORD_PROCESS_RUNNING, 1);
  CHECK(r.count[PC_RECORD_PROCESS_RUNNING] == 1 && r.count[PC_RECORD_PROCESS_START] == 1);
}

typedef struct where_from {
  const char *nt_path;
  const wchar_t *path; /* NULL: not known */
  bool opened;
} where_from;

static void tell_paths(pc_handle source, const where_from *table, size_t rows) {
  static uint32_t pid = 8000;
  for (size_t i = 0; i < rows; i++) {
    char line[512];
    uint32_t before = r.count[PC_RECORD_PROCESS_START];
    pid += 4;
    (void)snprintf(line, sizeof line, "start\t%u\t4\t0\t%s\ta.exe\n", (unsigned)pid, table[i].nt_path);
    append_etw(line);
    read_until(source, &r, PC_RECORD_PROCESS_START, before + 1);
    const uint8_t *start = r.last[PC_RECORD_PROCESS_START];
    const pc_field *path = field_of(start, PC_FIELD_IMAGE_PATH);
    bool known = path != NULL && path->provenance == PC_CAPTURED;
    bool holds = table[i].path == NULL ? !known : text_is(start, PC_FIELD_IMAGE_PATH, table[i].path);
    bool opened = field_of(start, PC_FIELD_SHA256) != NULL;
    CHECK(u32_of(start, PC_FIELD_PID) == pid && holds);
    CHECK(opened == table[i].opened);
    if (!holds || opened != table[i].opened) printf("  of %s\n", table[i].nt_path);
  }
}

#define TELL_PATHS(source, table) tell_paths(source, table, sizeof(table) / sizeof *(table))

/* Where an image lies by the name that the kernel gave it, and whether it is opened. */
static void paths(pc_handle source) {
  static const where_from table[] = {
      {"\\Device\\Mup\\server\\share\\a.exe", L"\\\\server\\share\\a.exe", false},
      {"\\Device\\Mup\\;LanmanRedirector\\;Z:00000000000a1b2c\\server\\share\\a.exe", L"\\\\server\\share\\a.exe", false},
      {"\\Device\\LanmanRedirector\\;Z:00000000000a1b2c\\server\\share\\a.exe", L"\\\\server\\share\\a.exe", false},
      {"\\Device\\WebDavRedirector\\server@SSL\\share\\a.exe", L"\\\\server@SSL\\share\\a.exe", false},
      {"\\??\\UNC\\server\\share\\a.exe", L"\\\\server\\share\\a.exe", false},
      {"\\??\\C:\\no such\\a.exe", L"C:\\no such\\a.exe", true},
      {"\\??\\Volume{00000000-0000-0000-0000-000000000000}\\a.exe", L"\\\\?\\Volume{00000000-0000-0000-0000-000000000000}\\a.exe", false},
      {"\\Device\\RdpDr\\;TS:1\\tsclient\\a.exe", NULL, false},
      {"\\Device\\HarddiskVolume9\\a.exe", NULL, true},
      {"windows_test.exe", L"windows_test.exe", false},
  };
  TELL_PATHS(source, table);
}

/* Letters are read again after a second. */
static void mount(const wchar_t *drive, const wchar_t *device) {
  (void)DefineDosDeviceW(DDD_REMOVE_DEFINITION, drive, NULL);
  if (device == NULL) return;
  CHECK(DefineDosDeviceW(DDD_RAW_TARGET_PATH, drive, device));
  Sleep(1200);
}

/* A letter makes no disk of somebody's file system, and may go to another volume. */
static void letters(pc_handle source) {
  static const where_from mounted[] = {
      {"\\Device\\Volume{d6cc17c5-1735-4085-bce7-964f1e9f5de9}\\a.exe", L"M:\\a.exe", false},
      {"\\??\\M:\\a.exe", L"M:\\a.exe", false},
      {"\\Device\\CdRom7\\a.exe", L"R:\\a.exe", true},
      {"\\Device\\HarddiskVolume77\\a.exe", L"P:\\a.exe", true},
  };
  static const where_from moved[] = {
      {"\\Device\\HarddiskVolume77\\a.exe", NULL, true},
      {"\\Device\\HarddiskVolume78\\a.exe", L"P:\\a.exe", true},
  };
  mount(L"M:", L"\\Device\\Volume{d6cc17c5-1735-4085-bce7-964f1e9f5de9}");
  mount(L"R:", L"\\Device\\CdRom7");
  mount(L"P:", L"\\Device\\HarddiskVolume77");
  TELL_PATHS(source, mounted);
  mount(L"P:", L"\\Device\\HarddiskVolume78");
  TELL_PATHS(source, moved);
  for (const wchar_t *const *drive = (const wchar_t *const[]){L"M:", L"R:", L"P:", NULL}; *drive != NULL; drive++) mount(*drive, NULL);
}

static void versions(pc_handle source) {
  pc_counters_t c;
  append_etw("event\tclassic\t1\t9\t64\t0011\nevent\tclassic\t1\t4\t64\t0011\nevent\tmanifest\t3\t0\t64\t0011\n");
  ULONGLONG until = GetTickCount64() + PATIENCE_MS;
  do {
    Sleep(20);
    CHECK(sums_hold(source, &c));
  } while (c.failed_version + c.failed_malformed + c.filtered_kind < 3 && GetTickCount64() < until);
  CHECK(c.failed_version == 1 && c.failed_malformed == 1 && c.filtered_kind == 1);
}

static void bursts(pc_handle source) {
  pc_counters_t c;
  uint32_t before = r.count[PC_RECORD_PROCESS_START];
  append_etw("burst\t4000\t1000000\t100000\t0\n");
  read_until(source, &r, PC_RECORD_PROCESS_START, before + 4000);
  CHECK(r.count[PC_RECORD_PROCESS_START] == before + 4000);
  CHECK(sums_hold(source, &c));
  CHECK(c.dropped == 0 && c.alone_window == 0 && c.alone_capacity == 0);
  CHECK(c.joined == c.filtered_merged);
}

static void stops_and_losses(pc_handle source) {
  pc_counters_t c;
  append_etw("lose\tclassic\t7\t2\n");
  read_until(source, &r, PC_RECORD_LOSS, 1);
  CHECK(u64_of(r.last[PC_RECORD_LOSS], PC_FIELD_LOST_EVENTS) == 7);
  CHECK(u64_of(r.last[PC_RECORD_LOSS], PC_FIELD_LOST_BUFFERS) == 2);
  append_etw("stop\tmanifest\n");
  read_until(source, &r, PC_RECORD_SESSION_STOPPED, 1);
  read_until(source, &r, PC_RECORD_SESSION_STARTED, 1);
  CHECK(text_is(r.last[PC_RECORD_SESSION_STOPPED], PC_FIELD_SESSION_NAME, L"ProblemChild-Kernel-Process"));
  CHECK(r.count[PC_RECORD_SESSION_STARTED] == 1);
  uint32_t before = r.count[PC_RECORD_PROCESS_START];
  append_etw("start\t7000\t4\t0\t\\Device\\x\\a.exe\ta.exe\nonly\tclassic\nstart\t7004\t4\t0\t\\Device\\x\\b.exe\tb.exe\nonly\tboth\n");
  read_until(source, &r, PC_RECORD_PROCESS_START, before + 2);
  CHECK(u32_of(r.last[PC_RECORD_PROCESS_START], PC_FIELD_PID) == 7004);
  CHECK((u32_of(r.last[PC_RECORD_PROCESS_START], PC_FIELD_ORIGINS) & 3) == PC_ORIGIN_CLASSIC);
  CHECK(sums_hold(source, &c) && c.sessions_stopped == 1 && c.sessions_restarted == 1 && c.alone_window == 1);
}

/* A session that refuses to be stopped does not hold up whoever stops the source. */
static void unstoppable(const pc_etw_options *options) {
  pc_cause cause = {.size = sizeof cause};
  pc_handle source;
  CHECK(pc_etw_open(options, &source, &cause) == PC_OK);
  memset(&r, 0, sizeof r); /* another source, which counts from 1 again */
  append_etw("unstoppable\tmanifest\nstart\t9000\t4\t0\t\\Device\\x\\c.exe\tc.exe\n");
  read_until(source, &r, PC_RECORD_PROCESS_START, 1);
  ULONGLONG asked_ms = GetTickCount64();
  CHECK(pc_stop(source, &cause) == PC_OK);
  ULONGLONG took_ms = GetTickCount64() - asked_ms;
  CHECK(took_ms >= 1900 && took_ms < PATIENCE_MS);
  read_until(source, &r, PC_RECORD_PROCESS_START, UINT32_MAX);
  CHECK(r.code == PC_ENDED);
  CHECK(pc_close(source) == PC_OK);
}

void etw_cases(void) {
  pc_cause cause = {.size = sizeof cause};
  /* The two halves of an event are told by two threads, of which a busy machine may hold up one. */
  pc_etw_options options = {.size = sizeof options, .join_arrival_ms = 6000};
  pc_handle source;
  CHECK(pc_etw_open(NULL, &source, &cause) == PC_E_ARGUMENT);
  options.buffer_kb = 5000;
  CHECK(pc_etw_open(&options, &source, &cause) == PC_E_ARGUMENT);
  options.buffer_kb = 0;
  append_etw("orphan\tboth\n");
  int32_t code = pc_etw_open(&options, &source, &cause);
  CHECK(code == PC_OK);
  if (code != PC_OK) {
    printf("pc_etw_open: %s, %s %u\n", pc_code_name(code), cause.api, (unsigned)cause.value);
    return;
  }
  pairs_and_ends(source);
  paths(source);
  letters(source);
  versions(source);
  bursts(source);
  stops_and_losses(source);
  pc_counters_t c;
  CHECK(sums_hold(source, &c) && c.sessions_reclaimed == 2);
  /* Lost so shortly before the stop that nobody looks any more: the stop itself tells. */
  append_etw("lose\tclassic\t5\t1\nburst\t500\t1000000\t200000\t4\n");
  uint32_t before = r.count[PC_RECORD_PROCESS_START];
  read_until(source, &r, PC_RECORD_PROCESS_START, before + 1);
  CHECK(pc_stop(source, &cause) == PC_OK);
  read_until(source, &r, PC_RECORD_PROCESS_START, UINT32_MAX);
  CHECK(r.code == PC_ENDED);
  CHECK(sums_hold(source, &c) && c.queued == 0 && c.dropped == 0);
  CHECK(c.etw_events_lost == 7 + 5 && c.etw_buffers_lost == 2 + 1);
  CHECK(r.count[PC_RECORD_LOSS] == 2 && u64_of(r.last[PC_RECORD_LOSS], PC_FIELD_LOST_EVENTS) == 5);
  CHECK(r.count[PC_RECORD_PROCESS_START] > before);
  CHECK(pc_close(source) == PC_OK && pc_close(source) == PC_E_HANDLE);
  unstoppable(&options);
  append_etw("start-fails\tclassic\t5\n");
  CHECK(pc_etw_open(&options, &source, &cause) == PC_E_ACCESS);
  CHECK(cause.kind == PC_CAUSE_WIN32 && cause.value == 5 && strcmp(cause.api, "StartTraceW") == 0);
}

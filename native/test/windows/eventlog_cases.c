#include "cases.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define SYSMON L"Microsoft-Windows-Sysmon/Operational"

static reading r;
static wchar_t bookmark[512];
static uint32_t bookmark_units;

static int32_t open_sysmon(uint32_t flags, pc_handle *source, pc_cause *cause) {
  pc_eventlog_options options = {.size = sizeof options, .flags = flags};
  memset(&r, 0, sizeof r);
  return pc_eventlog_open((const uint16_t *)SYSMON, (uint32_t)wcslen(SYSMON), (const uint16_t *)bookmark, bookmark_units, &options, source, cause);
}

static void keep_bookmark(void) {
  const pc_field *field = field_of(r.last[PC_RECORD_BOOKMARK], PC_FIELD_BOOKMARK);
  bookmark_units = field != NULL ? field->length / 2 : 0;
  if (field != NULL) memcpy(bookmark, field + 1, field->length);
}

static void backlog_and_fields(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_handle source;
  append_eventlog("record\tMicrosoft-Windows-Sysmon/Operational\t1\t10\t0\tProcessId:u=77\tCommandLine=a \"b\"\tProcessGuid:g={B2796A13-E0C9-5AE0-0000-0010BAA00000}\tLogonId:h=0x3e7\n"
                  "record\tMicrosoft-Windows-Sysmon/Operational\t7\t11\t0\tImage=x\n"
                  "record\tMicrosoft-Windows-Sysmon/Operational\t5\t12\t0\tImage=y\n");
  CHECK(open_sysmon(PC_EVENTLOG_OLDEST, &source, &cause) == PC_OK);
  read_until(source, &r, PC_RECORD_WINEVENT, 1);
  if (r.count[PC_RECORD_WINEVENT] == 1) read_until(source, &r, PC_RECORD_WINEVENT, 2);
  read_until(source, &r, PC_RECORD_BOOKMARK, 1);
  CHECK(r.count[PC_RECORD_WINEVENT] == 2); /* 7 was not asked for */
  CHECK(u32_of(r.last[PC_RECORD_WINEVENT], PC_FIELD_EVENT_ID) == 5);
  append_eventlog("record\tMicrosoft-Windows-Sysmon/Operational\t1\t13\t0\tProcessId:u=77\tCommandLine=a \"b\"\tProcessGuid:g={B2796A13-E0C9-5AE0-0000-0010BAA00000}\tLogonId:h=0x3e7\tUser:i=S-1-5-18\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 3);
  const uint8_t *record = r.last[PC_RECORD_WINEVENT];
  CHECK(u64_of(record, PC_FIELD_RECORD_ID) == 13);
  CHECK(named_is(record, L"ProcessId", L"77"));
  CHECK(named_is(record, L"CommandLine", L"a \"b\""));
  CHECK(named_is(record, L"ProcessGuid", L"{B2796A13-E0C9-5AE0-0000-0010BAA00000}"));
  CHECK(named_is(record, L"LogonId", L"0x3e7"));
  CHECK(named_is(record, L"User", L"S-1-5-18"));
  CHECK(!named_is(record, L"Image", L""));
  CHECK(text_is(record, PC_FIELD_EVENT_USER_SID, L"S-1-5-18"));
  CHECK(text_is(record, PC_FIELD_COMPUTER, L"DOUBLE"));
  keep_bookmark();
  while (r.code != PC_ENDED && (bookmark_units == 0 || wcsstr(bookmark, L"RecordId='13'") == NULL)) {
    uint32_t bookmarks = r.count[PC_RECORD_BOOKMARK];
    read_until(source, &r, PC_RECORD_BOOKMARK, bookmarks + 1);
    keep_bookmark();
    if (r.count[PC_RECORD_BOOKMARK] == bookmarks) break; /* nothing comes any more */
  }
  CHECK(bookmark_units > 0 && wcsstr(bookmark, L"RecordId='13'") != NULL);
  CHECK(pc_stop(source, &cause) == PC_OK && pc_close(source) == PC_OK);
}

static void resume_and_gap(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_handle source;
  pc_counters_t c;
  append_eventlog("burst\tMicrosoft-Windows-Sysmon/Operational\t1000\t14\n");
  CHECK(open_sysmon(0, &source, &cause) == PC_OK);
  read_until(source, &r, PC_RECORD_WINEVENT, 1000);
  CHECK(r.count[PC_RECORD_WINEVENT] == 1000 && r.count[PC_RECORD_GAP] == 0);
  CHECK(sums_hold(source, &c) && c.received == 1000 && c.dropped == 0);
  append_eventlog("fail-next\t15011\nrecord\tMicrosoft-Windows-Sysmon/Operational\t1\t2000\t0\tImage=z\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 1001);
  CHECK(r.count[PC_RECORD_SOURCE_ERROR] == 1 && r.count[PC_RECORD_WINEVENT] == 1001);
  CHECK(pc_close(source) == PC_OK);
  /* Behind the kept bookmark (13) everything up to 499 is overwritten. */
  append_eventlog("oldest\tMicrosoft-Windows-Sysmon/Operational\t500\n");
  CHECK(open_sysmon(0, &source, &cause) == PC_OK);
  read_until(source, &r, PC_RECORD_WINEVENT, 515);
  CHECK(r.count[PC_RECORD_GAP] == 1);
  CHECK(u64_of(r.last[PC_RECORD_GAP], PC_FIELD_GAP_RECORDS) == 500 - 13 - 1);
  CHECK(sums_hold(source, &c) && c.gaps == 1 && c.gap_records == 486);
  CHECK(r.count[PC_RECORD_WINEVENT] == 515);
  CHECK(pc_close(source) == PC_OK);
}

/* More than the service hands over at once: asked for fewer and fewer, and none is missing, the first ones not either. */
static void large_events(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_handle source;
  pc_counters_t c;
  bookmark_units = 0;
  append_eventlog("batch-limit\t3\n");
  CHECK(open_sysmon(0, &source, &cause) == PC_OK);
  append_eventlog("burst\tMicrosoft-Windows-Sysmon/Operational\t300\t3000\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 300);
  CHECK(r.count[PC_RECORD_WINEVENT] == 300 && r.count[PC_RECORD_SOURCE_ERROR] == 0 && r.count[PC_RECORD_GAP] == 0);
  CHECK(u64_of(r.last[PC_RECORD_WINEVENT], PC_FIELD_RECORD_ID) == 3299);
  CHECK(sums_hold(source, &c) && c.received == 300 && c.dropped == 0);
  append_eventlog("batch-limit\t0\nburst\tMicrosoft-Windows-Sysmon/Operational\t1000\t4000\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 1300);
  CHECK(r.count[PC_RECORD_WINEVENT] == 1300);
  CHECK(pc_close(source) == PC_OK);
}

/* Broken before it brought anything: what came in between is read all the same. */
static void broken_before_first(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_handle source;
  bookmark_units = 0;
  CHECK(open_sysmon(0, &source, &cause) == PC_OK);
  append_eventlog("fail-next\t1722\nburst\tMicrosoft-Windows-Sysmon/Operational\t5\t6000\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 5);
  CHECK(r.count[PC_RECORD_WINEVENT] == 5 && r.count[PC_RECORD_SOURCE_ERROR] == 1 && r.count[PC_RECORD_GAP] == 0);
  CHECK(u64_of(r.last[PC_RECORD_WINEVENT], PC_FIELD_RECORD_ID) == 6004);
  CHECK(pc_close(source) == PC_OK);
}

/* An empty poll is no failure, and a handle that has nothing to say for good is found out without a word. */
static void quiet_and_deaf(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_handle source;
  pc_counters_t c;
  bookmark_units = 0;
  CHECK(open_sysmon(0, &source, &cause) == PC_OK);
  append_eventlog("burst\tMicrosoft-Windows-Sysmon/Operational\t2\t7000\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 2);
  Sleep(3000);
  CHECK(sums_hold(source, &c) && c.state == 1 && c.sessions_stopped == 0 && c.sessions_restarted == 0);
  append_eventlog("burst\tMicrosoft-Windows-Sysmon/Operational\t1\t7002\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 3);
  CHECK(r.count[PC_RECORD_WINEVENT] == 3);
  append_eventlog("deafen\tMicrosoft-Windows-Sysmon/Operational\nburst\tMicrosoft-Windows-Sysmon/Operational\t3\t7003\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 6);
  CHECK(r.count[PC_RECORD_WINEVENT] == 6 && u64_of(r.last[PC_RECORD_WINEVENT], PC_FIELD_RECORD_ID) == 7005);
  CHECK(r.count[PC_RECORD_SOURCE_ERROR] == 0 && r.count[PC_RECORD_GAP] == 0);
  CHECK(sums_hold(source, &c) && c.received == 6 && c.sessions_stopped == 0 && c.sessions_restarted == 0);
  read_until(source, &r, PC_RECORD_BOOKMARK, r.count[PC_RECORD_BOOKMARK] + 1);
  keep_bookmark();
  CHECK(wcsstr(bookmark, L"RecordId='7005'") != NULL);
  CHECK(pc_close(source) == PC_OK);
}

/* Of a quiet channel the bookmark's record is overwritten by events of other kinds: as long as the subscription stands, that
   is no gap; resumed behind it, those that are left do not count as overwritten. */
static void other_kinds(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_handle source;
  pc_counters_t c;
  CHECK(open_sysmon(0, &source, &cause) == PC_OK);
  for (int record = 7006; record < 7026; record++) {
    char line[96];
    (void)snprintf(line, sizeof line, "record\tMicrosoft-Windows-Sysmon/Operational\t11\t%d\t0\tImage=x\n", record);
    append_eventlog(line);
  }
  append_eventlog("oldest\tMicrosoft-Windows-Sysmon/Operational\t7016\n");
  Sleep(3000);
  append_eventlog("burst\tMicrosoft-Windows-Sysmon/Operational\t1\t7026\n");
  read_until(source, &r, PC_RECORD_WINEVENT, 1);
  CHECK(r.count[PC_RECORD_WINEVENT] == 1 && r.count[PC_RECORD_GAP] == 0 && r.count[PC_RECORD_SOURCE_ERROR] == 0);
  CHECK(pc_close(source) == PC_OK);
  CHECK(open_sysmon(0, &source, &cause) == PC_OK);
  read_until(source, &r, PC_RECORD_WINEVENT, 1);
  CHECK(r.count[PC_RECORD_GAP] == 1 && u64_of(r.last[PC_RECORD_GAP], PC_FIELD_GAP_RECORDS) == 7016 - 7005 - 1);
  CHECK(sums_hold(source, &c) && c.gaps == 1 && c.gap_records == 10);
  CHECK(pc_close(source) == PC_OK);
}

void eventlog_cases(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_handle source;
  pc_channel_facts facts = {.size = sizeof facts};
  CHECK(open_sysmon(0, &source, &cause) == PC_E_NOT_FOUND);
  append_eventlog("channel\tMicrosoft-Windows-Sysmon/Operational\tdisabled\nchannel\tSecurity\tdenied\n");
  CHECK(open_sysmon(0, &source, &cause) == PC_E_CHANNEL_DISABLED);
  pc_eventlog_options options = {.size = sizeof options};
  CHECK(pc_eventlog_open((const uint16_t *)L"Security", 8, NULL, 0, &options, &source, &cause) == PC_E_ACCESS);
  CHECK(cause.value == ERROR_ACCESS_DENIED);
  append_eventlog("channel\tMicrosoft-Windows-Sysmon/Operational\tenabled\n");
  wcscpy(bookmark, L"<nonsense/>");
  bookmark_units = 11;
  CHECK(open_sysmon(0, &source, &cause) == PC_E_ARGUMENT);
  bookmark_units = 0;
  backlog_and_fields();
  CHECK(pc_eventlog_channel((const uint16_t *)SYSMON, (uint32_t)wcslen(SYSMON), &facts, &cause) == PC_OK);
  CHECK(facts.enabled == 1 && facts.oldest_record == 10 && facts.record_count == 4);
  resume_and_gap();
  large_events();
  broken_before_first();
  quiet_and_deaf();
  other_kinds();
}

/* The records that belong to one process, for evidence. The XPath is made of numbers and fixed text only. */
#include "../base/cause.h"
#include "../base/system.h"
#include "render.h"

#include <stdio.h>
#include <stdlib.h>

/* The service hands over at most 2 MB at once, and a record has up to 64 KB. */
enum { BATCH = 8, QUERY_UNITS = 1024, TIME_UNITS = 32, TIMEOUT_DEFAULT_MS = 2000 };
/* Events of several processors are written in bursts: one may stand behind another that is seconds younger. */
static const uint64_t disorder = 5 * 10000000ull;

/* Fields of a channel's events that hold process ids; at most 20 terms fit one query. Sysmon writes them in decimal.
   Security has most of them in hexadecimal, and those of the filtering platform in decimal. */
typedef struct pid_fields {
  const wchar_t *channel;
  const wchar_t *decimal[4], *hexadecimal[2];
} pid_fields;
static const pid_fields known[] = {
    {L"Microsoft-Windows-Sysmon/Operational",
     {L"ProcessId", L"ParentProcessId", L"SourceProcessId", L"TargetProcessId"},
     {NULL}},
    {L"Security", {L"ProcessID", NULL}, {L"ProcessId", L"NewProcessId"}},
};
static const pid_fields none = {.channel = NULL};

static const pid_fields *fields_of(const wchar_t *channel) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (_wcsicmp(channel, known[i].channel) == 0) return &known[i];
  }
  return &none;
}

static bool write_time(wchar_t *to, uint64_t filetime) {
  FILETIME time = {(DWORD)filetime, (DWORD)(filetime >> 32)};
  SYSTEMTIME t;
  return FileTimeToSystemTime(&time, &t) &&
         swprintf(to, TIME_UNITS, L"%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", t.wYear, t.wMonth, t.wDay, t.wHour, t.wMinute,
                  t.wSecond, t.wMilliseconds) > 0;
}

/*
 * Read backwards, anything that is clearly older than the span is a match too: it is what ends the reading. Without it
 * the service would look through the whole log for one more match, and a Security log has gigabytes.
 */
static uint64_t end_of(const pc_eventlog_query_t *query) { return query->from > disorder ? query->from - disorder : 0; }

static bool write_query(wchar_t *to, const wchar_t *channel, const pc_eventlog_query_t *query) {
  wchar_t end[TIME_UNITS];
  const pid_fields *fields = fields_of(channel);
  if (!write_time(end, end_of(query))) return false;
  int used = swprintf(to, QUERY_UNITS, L"*[System[TimeCreated[@SystemTime<'%ls'] or Execution[@ProcessID=%u]]", end,
                      (unsigned)query->pid);
  for (int i = 0; i < 4 && used > 0 && fields->decimal[i] != NULL; i++) {
    used += swprintf(to + used, QUERY_UNITS - (size_t)used, L" or EventData[Data[@Name='%ls']=%u]", fields->decimal[i],
                     (unsigned)query->pid);
  }
  for (int i = 0; i < 2 && used > 0 && fields->hexadecimal[i] != NULL; i++) {
    used += swprintf(to + used, QUERY_UNITS - (size_t)used, L" or EventData[Data[@Name='%ls']='0x%x']",
                     fields->hexadecimal[i], (unsigned)query->pid);
  }
  if (used <= 0 || used + 2 > QUERY_UNITS) return false;
  to[used] = L']';
  to[used + 1] = 0;
  return true;
}

typedef struct reading {
  pc_evt_api api;
  pc_renderer renderer;
  const pc_eventlog_query_t *query;
  EVT_HANDLE results;
  uint8_t *buffer;
  uint32_t capacity, bytes, count, cut;
  ULONGLONG deadline;
  bool is_over;
} reading;

static void take(reading *r, EVT_HANDLE event) {
  pc_rendered rendered;
  if (!pc_render_xml(&r->renderer, event, r->query->from, r->query->to, r->buffer + r->bytes, r->capacity - r->bytes,
                     &rendered)) {
    r->cut |= PC_CUT_RENDER;
  } else if (rendered.filetime < end_of(r->query)) {
    r->is_over = true;
  } else if (rendered.wanted && (rendered.size == 0 || r->count == r->query->most)) {
    r->cut |= PC_CUT_ROOM;
    r->is_over = true;
  } else if (rendered.wanted) {
    r->bytes += rendered.size;
    r->count++;
  }
}

static int32_t read_all(reading *r, pc_cause *cause) {
  EVT_HANDLE events[BATCH];
  while (!r->is_over) {
    ULONGLONG now = GetTickCount64();
    DWORD count = 0, left = now < r->deadline ? (DWORD)(r->deadline - now) : 0;
    bool is_late = left == 0;
    if (is_late || !r->api.next(r->results, BATCH, events, left, 0, &count)) {
      DWORD error = is_late ? ERROR_TIMEOUT : GetLastError();
      if (error == ERROR_NO_MORE_ITEMS) return PC_OK;
      if (error != ERROR_TIMEOUT && error != ERROR_CANCELLED) return pc_fail_win32(cause, "EvtNext", error);
      r->cut |= PC_CUT_TIME;
      return PC_OK;
    }
    for (DWORD i = 0; i < count; i++) {
      if (!r->is_over) take(r, events[i]);
      r->api.close(events[i]);
    }
    if (count == 0) return PC_OK;
  }
  return PC_OK;
}

static int32_t run(reading *r, const wchar_t *channel, pc_cause *cause) {
  wchar_t text[QUERY_UNITS];
  const pc_channel whole = {.name = channel};
  if (!write_query(text, channel, r->query)) return PC_E_ARGUMENT;
  if (!pc_evt_functions(&r->api)) return pc_fail_last(cause, "GetProcAddress");
  if (!pc_renderer_init(&r->renderer, &r->api, &whole)) {
    int32_t code = pc_fail_last(cause, "EvtCreateRenderContext");
    pc_renderer_free(&r->renderer);
    return code;
  }
  int32_t code = PC_OK;
  r->results = r->api.query(NULL, channel, text, EvtQueryChannelPath | EvtQueryReverseDirection);
  if (r->results == NULL) code = pc_fail_last(cause, "EvtQuery");
  else code = read_all(r, cause);
  if (r->results != NULL) r->api.close(r->results);
  pc_renderer_free(&r->renderer);
  return code;
}

int32_t pc_eventlog_query(const uint16_t *channel, uint32_t channel_units, const pc_eventlog_query_t *query,
                          void *buffer, uint32_t capacity, uint32_t *bytes, uint32_t *count, uint32_t *cut,
                          pc_cause *cause) {
  pc_cause_clear(cause);
  if (bytes == NULL || count == NULL || cut == NULL) return PC_E_ARGUMENT;
  *bytes = *count = *cut = 0;
  if (buffer == NULL || query == NULL || query->size < sizeof *query || query->most == 0 || query->from > query->to) {
    return PC_E_ARGUMENT;
  }
  wchar_t *name = pc_wide_copy(channel, channel_units);
  if (name == NULL) return PC_E_ARGUMENT;
  DWORD timeout = query->timeout_ms != 0 ? query->timeout_ms : TIMEOUT_DEFAULT_MS;
  reading r = {.query = query, .buffer = buffer, .capacity = capacity, .deadline = GetTickCount64() + timeout};
  int32_t code = run(&r, name, cause);
  free(name);
  *bytes = r.bytes;
  *count = r.count;
  *cut = r.cut;
  return code;
}

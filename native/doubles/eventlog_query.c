#include "eventlog_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The pid that wrote the record, in a field that no event has. */
static const wchar_t writer[] = L"@ProcessID";

static uint32_t write_time(wchar_t *to, uint64_t filetime) {
  FILETIME time = {(DWORD)filetime, (DWORD)(filetime >> 32)};
  SYSTEMTIME t;
  FileTimeToSystemTime(&time, &t);
  return (uint32_t)swprintf(to, 40, L"%04u-%02u-%02uT%02u:%02u:%02u.%07uZ", t.wYear, t.wMonth, t.wDay, t.wHour, t.wMinute,
                            t.wSecond, (unsigned)(filetime % 10000000u));
}

static const stored_field *field_named(const stored_record *record, const wchar_t *name, size_t units) {
  for (int i = 0; i < record->field_count; i++) {
    const wchar_t *of = record->fields[i].name;
    if (wcslen(of) == units && wcsncmp(of, name, units) == 0) return &record->fields[i];
  }
  return NULL;
}

/* Both as numbers where they are numbers, in whatever way they are written. */
static bool is_value(const stored_field *field, const wchar_t *value) {
  bool quoted = *value == L'\'';
  return field != NULL && wcstoull(field->value, NULL, 0) == wcstoull(value + (quoted ? 1 : 0), NULL, 0);
}

static bool is_older(const wchar_t *query, const stored_record *record) {
  static const wchar_t term[] = L"TimeCreated[@SystemTime<'";
  wchar_t time[40];
  const wchar_t *at = wcsstr(query, term);
  (void)write_time(time, record->filetime);
  return at != NULL && wcsncmp(time, at + wcslen(term), 23) < 0; /* to the millisecond */
}

static bool is_written_by(const wchar_t *query, const stored_record *record) {
  static const wchar_t term[] = L"Execution[@ProcessID=";
  const wchar_t *at = wcsstr(query, term);
  return at != NULL && is_value(field_named(record, writer, wcslen(writer)), at + wcslen(term));
}

bool query_names_event(const wchar_t *query, uint32_t event_id) {
  wchar_t term[32];
  (void)swprintf(term, 32, L"EventID=%u", event_id);
  const wchar_t *at = wcsstr(query, term);
  return at != NULL && (at[wcslen(term)] == L' ' || at[wcslen(term)] == L')');
}

static bool is_up_to(const wchar_t *query, const stored_record *record) {
  static const wchar_t term[] = L"EventRecordID<=";
  const wchar_t *at = wcsstr(query, term);
  return at != NULL && record->record_id <= wcstoull(at + wcslen(term), NULL, 10);
}

bool query_selects(const wchar_t *query, const stored_record *record) {
  static const wchar_t front[] = L"EventData[Data[@Name='";
  if (wcscmp(query, L"*") == 0 || is_older(query, record) || is_written_by(query, record)) return true;
  if (is_up_to(query, record) || query_names_event(query, record->event_id)) return true;
  for (const wchar_t *at = wcsstr(query, front); at != NULL; at = wcsstr(at, front)) {
    at += wcslen(front);
    const wchar_t *end = wcsstr(at, L"']=");
    if (end != NULL && is_value(field_named(record, at, (size_t)(end - at)), end + 3)) return true;
  }
  return false;
}

static uint32_t write_text(wchar_t *to, const wchar_t *text) {
  return (uint32_t)swprintf(to, XML_UNITS / 2, L"%ls", text);
}

static uint32_t write_escaped(wchar_t *to, const wchar_t *text) {
  uint32_t used = 0;
  for (; *text != 0; text++) {
    switch (*text) {
      case L'&': used += write_text(to + used, L"&amp;"); break;
      case L'<': used += write_text(to + used, L"&lt;"); break;
      case L'>': used += write_text(to + used, L"&gt;"); break;
      default: to[used++] = *text;
    }
  }
  to[used] = 0;
  return used;
}

uint32_t write_xml(wchar_t *to, const stored_record *record) {
  const stored_field *by = field_named(record, writer, wcslen(writer));
  uint32_t used = (uint32_t)swprintf(to, 512, L"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>%u</EventID><TimeCreated SystemTime='",
                                     record->event_id);
  used += write_time(to + used, record->filetime);
  used += (uint32_t)swprintf(to + used, 512, L"'/><EventRecordID>%llu</EventRecordID><Execution ProcessID='%ls'/><Channel>%ls</Channel></System><EventData>",
                             (unsigned long long)record->record_id, by != NULL ? by->value : L"4", record->channel);
  for (int i = 0; i < record->field_count; i++) {
    if (&record->fields[i] == by || used + 6 * wcslen(record->fields[i].value) + 1024 > XML_UNITS) continue;
    used += (uint32_t)swprintf(to + used, 256, L"<Data Name='%ls'>", record->fields[i].name);
    used += write_escaped(to + used, record->fields[i].value);
    used += write_text(to + used, L"</Data>");
  }
  return used + write_text(to + used, L"</EventData></Event>");
}

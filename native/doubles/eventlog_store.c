#include "eventlog_store.h"

#include "script.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { CHANNELS = 8, VALUE_UNITS = 33000 };

SRWLOCK store_lock = SRWLOCK_INIT;
static script play;
static bool opened;
static stored_channel channels[CHANNELS];
static int channel_count;
static stored_record *first, *last;
static DWORD failure, query_delay, undelayed, batch_limit;

static uint64_t now(void) {
  FILETIME time;
  GetSystemTimePreciseAsFileTime(&time);
  return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

stored_channel *store_channel_locked(const wchar_t *name) {
  for (int i = 0; i < channel_count; i++) {
    if (_wcsicmp(channels[i].name, name) == 0) return &channels[i];
  }
  return NULL;
}

static wchar_t *copy_wide(const wchar_t *text) {
  size_t bytes = (wcslen(text) + 1) * sizeof *text;
  wchar_t *copy = malloc(bytes);
  if (copy != NULL) memcpy(copy, text, bytes);
  return copy;
}

/* Name=value, or Name:t=value for a type other than text. */
static void add_field(stored_record *record, wchar_t *word) {
  wchar_t *equals = wcschr(word, L'=');
  if (equals == NULL || record->field_count == STORE_FIELDS) return;
  stored_field *field = &record->fields[record->field_count++];
  *equals = 0;
  wchar_t *colon = wcschr(word, L':');
  field->type = colon != NULL ? (char)colon[1] : 's';
  if (colon != NULL) *colon = 0;
  field->name = copy_wide(word);
  field->value = copy_wide(equals + 1);
}

static stored_record *add_record(const wchar_t *channel, uint32_t event_id, uint64_t record_id, uint64_t filetime) {
  stored_record *record = calloc(1, sizeof *record);
  if (record == NULL) return NULL;
  wcsncpy(record->channel, channel, CHANNEL_UNITS - 1);
  record->event_id = event_id;
  record->record_id = record_id;
  record->filetime = filetime != 0 ? filetime : now();
  if (last != NULL) last->next = record;
  else first = record;
  last = record;
  return record;
}

/* burst CHANNEL COUNT FIRST_RECORD: Sysmon process creations. */
static void add_burst(const wchar_t *channel) {
  uint64_t count = script_number(&play, 2, 1), from = script_number(&play, 3, 1);
  for (uint64_t i = 0; i < count; i++) {
    wchar_t word[128];
    stored_record *record = add_record(channel, 1, from + i, 0);
    if (record == NULL) return;
    (void)swprintf(word, 128, L"ProcessId:u=%llu", (unsigned long long)(4 * (from + i)));
    add_field(record, word);
    (void)swprintf(word, 128, L"CommandLine=cmd.exe /c echo %llu", (unsigned long long)(from + i));
    add_field(record, word);
    wcscpy(word, L"Image=C:\\Windows\\System32\\cmd.exe");
    add_field(record, word);
  }
}

static void set_channel(const wchar_t *name) {
  stored_channel *channel = store_channel_locked(name);
  wchar_t state[32];
  script_text(&play, 2, state, 32);
  if (channel == NULL && channel_count < CHANNELS) channel = &channels[channel_count++];
  if (channel == NULL) return;
  wcsncpy(channel->name, name, CHANNEL_UNITS - 1);
  channel->enabled = wcscmp(state, L"disabled") != 0;
  channel->open_error = wcscmp(state, L"denied") == 0 ? ERROR_ACCESS_DENIED : 0;
}

void store_refresh_locked(void) {
  static wchar_t word[VALUE_UNITS];
  wchar_t channel[CHANNEL_UNITS];
  if (!opened) opened = script_open(&play, L"PC_DOUBLE_EVENTLOG_SCRIPT");
  while (opened && script_next(&play)) {
    script_text(&play, 1, channel, CHANNEL_UNITS);
    if (script_is(&play, "channel")) set_channel(channel);
    else if (script_is(&play, "burst")) add_burst(channel);
    else if (script_is(&play, "fail-next")) failure = (DWORD)script_number(&play, 1, 0);
    else if (script_is(&play, "batch-limit")) batch_limit = (DWORD)script_number(&play, 1, 0);
    else if (script_is(&play, "slow-query")) {
      query_delay = (DWORD)script_number(&play, 1, 0);
      undelayed = (DWORD)script_number(&play, 2, 0);
    }
    else if (script_is(&play, "deafen") && store_channel_locked(channel) != NULL) store_channel_locked(channel)->deafened++;
    else if (script_is(&play, "oldest") && store_channel_locked(channel) != NULL) {
      store_channel_locked(channel)->oldest = script_number(&play, 2, 0);
    } else if (script_is(&play, "record")) {
      stored_record *record = add_record(channel, (uint32_t)script_number(&play, 2, 1), script_number(&play, 3, 1), script_number(&play, 4, 0));
      for (int i = 5; record != NULL && i < play.word_count; i++) {
        script_text(&play, i, word, VALUE_UNITS);
        add_field(record, word);
      }
    }
  }
}

static bool is_gone(const stored_record *record) {
  const stored_channel *channel = store_channel_locked(record->channel);
  return channel == NULL || record->record_id < channel->oldest;
}

stored_record *store_next_locked(const wchar_t *channel, uint64_t after) {
  for (stored_record *r = first; r != NULL; r = r->next) {
    if (_wcsicmp(r->channel, channel) == 0 && r->record_id > after && !is_gone(r)) return r;
  }
  return NULL;
}

stored_record *store_previous_locked(const wchar_t *channel, uint64_t before) {
  stored_record *found = NULL;
  for (stored_record *r = first; r != NULL; r = r->next) {
    if (_wcsicmp(r->channel, channel) != 0 || r->record_id >= before || is_gone(r)) continue;
    if (found == NULL || r->record_id > found->record_id) found = r;
  }
  return found;
}

bool store_has_locked(const wchar_t *channel, uint64_t record_id) {
  const stored_record *r = record_id > 0 ? store_next_locked(channel, record_id - 1) : NULL;
  return r != NULL && r->record_id == record_id;
}

DWORD store_query_delay(void) {
  AcquireSRWLockExclusive(&store_lock);
  store_refresh_locked();
  DWORD delay = undelayed > 0 ? 0 : query_delay;
  if (undelayed > 0) undelayed--;
  ReleaseSRWLockExclusive(&store_lock);
  return delay;
}

DWORD store_take_failure_locked(void) {
  DWORD error = failure;
  failure = 0;
  return error;
}

DWORD store_batch_limit_locked(void) { return batch_limit; }

/* The event-log functions on a scripted store. See README.md; exported under their names by
   eventlog_double.def. */
#include "eventlog_query.h"
#include "eventlog_store.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <winevt.h>

enum { FIELDS_IN_CONTEXT = 40, SIGNAL_EVERY_MS = 5, SID_ROOM = 68 };

typedef enum kind { SUBSCRIPTION = 1, RESULTS, EVENT, BOOKMARK, FIELD_PATHS, CONFIG, LOG } kind;

typedef struct object {
  kind kind;
  wchar_t channel[CHANNEL_UNITS];
  uint64_t position;               /* subscription, results, bookmark: record id of the last one */
  const stored_record *record;     /* event */
  HANDLE signal, signaller;        /* subscription */
  volatile LONG closed;
  bool at_end;                     /* subscription: has said that there is no more */
  DWORD born;                      /* subscription: how many of its channel were made deaf before it */
  wchar_t query[1024];
  bool system;                     /* context */
  int path_count;
  wchar_t names[FIELDS_IN_CONTEXT][64];
} object;

static object *create(kind of, const wchar_t *channel) {
  object *o = calloc(1, sizeof *o);
  if (o == NULL) return NULL;
  o->kind = of;
  if (channel != NULL) wcsncpy(o->channel, channel, CHANNEL_UNITS - 1);
  return o;
}

static EVT_HANDLE fail(DWORD error) {
  SetLastError(error);
  return NULL;
}

/* The channel, when it exists and may be opened. */
static DWORD open_error(const wchar_t *name) {
  AcquireSRWLockExclusive(&store_lock);
  store_refresh_locked();
  const stored_channel *channel = store_channel_locked(name);
  DWORD error = channel == NULL ? ERROR_EVT_CHANNEL_NOT_FOUND : channel->open_error;
  ReleaseSRWLockExclusive(&store_lock);
  return error;
}

static bool is_deaf_locked(const object *s) { return s->born < store_channel_locked(s->channel)->deafened; }

static const stored_record *next_wanted_locked(const object *s, uint64_t after) {
  const stored_record *record = store_next_locked(s->channel, after);
  while (record != NULL && !query_names_event(s->query, record->event_id)) record = store_next_locked(s->channel, record->record_id);
  return record;
}

static DWORD WINAPI signal_news(LPVOID parameter) {
  object *s = parameter;
  while (!s->closed) {
    AcquireSRWLockExclusive(&store_lock);
    store_refresh_locked();
    bool news = !is_deaf_locked(s) && next_wanted_locked(s, s->position) != NULL;
    ReleaseSRWLockExclusive(&store_lock);
    if (news) SetEvent(s->signal);
    Sleep(SIGNAL_EVERY_MS);
  }
  return 0;
}

static DWORD place(object *s, const object *after, DWORD flags) {
  DWORD error = ERROR_SUCCESS;
  AcquireSRWLockExclusive(&store_lock);
  s->born = store_channel_locked(s->channel)->deafened;
  if ((flags & 3) == EvtSubscribeStartAfterBookmark) {
    s->position = after != NULL ? after->position : 0;
    bool there = after != NULL && store_has_locked(s->channel, after->position);
    if (!there && (flags & EvtSubscribeStrict) != 0) error = ERROR_EVT_QUERY_RESULT_STALE;
  } else if ((flags & 3) == EvtSubscribeToFutureEvents) {
    s->at_end = true;
    for (const stored_record *r; (r = store_next_locked(s->channel, s->position)) != NULL;) s->position = r->record_id;
  }
  ReleaseSRWLockExclusive(&store_lock);
  return error;
}

EVT_HANDLE WINAPI double_EvtSubscribe(EVT_HANDLE session, HANDLE signal, LPCWSTR channel, LPCWSTR query, EVT_HANDLE bookmark,
                                      PVOID context, EVT_SUBSCRIBE_CALLBACK callback, DWORD flags) {
  (void)session, (void)context;
  DWORD error = open_error(channel);
  if (error == ERROR_SUCCESS && (callback != NULL || signal == NULL)) error = ERROR_INVALID_PARAMETER;
  if (error != ERROR_SUCCESS) return fail(error);
  object *s = create(SUBSCRIPTION, channel);
  if (s == NULL) return fail(ERROR_OUTOFMEMORY);
  wcsncpy(s->query, query, 1023);
  error = place(s, bookmark, flags);
  if (error != ERROR_SUCCESS) {
    free(s);
    return fail(error);
  }
  s->signal = signal;
  s->signaller = CreateThread(NULL, 0, signal_news, s, 0, NULL);
  return s;
}

/* A query that is read backwards. */
EVT_HANDLE WINAPI double_EvtQuery(EVT_HANDLE session, LPCWSTR path, LPCWSTR query, DWORD flags) {
  (void)session;
  DWORD error = flags == (EvtQueryChannelPath | EvtQueryReverseDirection) ? open_error(path) : ERROR_INVALID_PARAMETER;
  object *q = error == ERROR_SUCCESS ? create(RESULTS, path) : NULL;
  if (q == NULL) return fail(error != ERROR_SUCCESS ? error : ERROR_OUTOFMEMORY);
  wcsncpy(q->query, query, 1023);
  q->position = UINT64_MAX;
  return q;
}

static const stored_record *next_of_locked(const object *o) {
  if (o->kind == SUBSCRIPTION) return is_deaf_locked(o) ? NULL : next_wanted_locked(o, o->position);
  const stored_record *record = store_previous_locked(o->channel, o->position);
  while (record != NULL && !query_selects(o->query, record)) record = store_previous_locked(o->channel, record->record_id);
  return record;
}

/* A subscription says once that there is no more. */
static DWORD error_at_end(object *o) {
  if (o->kind == SUBSCRIPTION && o->at_end) return ERROR_INVALID_OPERATION;
  o->at_end = true;
  return ERROR_NO_MORE_ITEMS;
}

BOOL WINAPI double_EvtNext(EVT_HANDLE handle, DWORD most, EVT_HANDLE *events, DWORD timeout, DWORD flags, PDWORD returned) {
  (void)flags;
  object *s = handle;
  DWORD delay = s->kind == RESULTS ? store_query_delay() : 0;
  Sleep(delay < timeout ? delay : timeout);
  *returned = 0;
  AcquireSRWLockExclusive(&store_lock);
  store_refresh_locked();
  DWORD error = delay > timeout ? ERROR_TIMEOUT : store_take_failure_locked();
  while (error == ERROR_SUCCESS && *returned < most) {
    const stored_record *record = next_of_locked(s);
    object *event = record != NULL ? create(EVENT, s->channel) : NULL;
    if (event == NULL) break;
    event->record = record;
    s->position = record->record_id;
    events[(*returned)++] = event;
  }
  if (s->kind == SUBSCRIPTION && store_batch_limit_locked() != 0 && *returned > store_batch_limit_locked()) {
    error = RPC_S_INVALID_BOUND;
    while (*returned > 0) free(events[--*returned]);
  }
  if (s->kind == SUBSCRIPTION && is_deaf_locked(s)) s->at_end = true;
  ReleaseSRWLockExclusive(&store_lock);
  if (*returned > 0) s->at_end = false;
  if (error == ERROR_SUCCESS && *returned == 0) error = error_at_end(s);
  SetLastError(error);
  return error == ERROR_SUCCESS;
}

EVT_HANDLE WINAPI double_EvtCreateRenderContext(DWORD count, LPCWSTR *paths, DWORD flags) {
  static const wchar_t front[] = L"Event/EventData/Data[@Name='";
  object *c = create(FIELD_PATHS, NULL);
  if (c == NULL || count > FIELDS_IN_CONTEXT) return fail(ERROR_INVALID_PARAMETER);
  c->system = flags == EvtRenderContextSystem;
  for (DWORD i = 0; i < count; i++) {
    const wchar_t *end = wcsstr(paths[i], L"']");
    if (wcsncmp(paths[i], front, wcslen(front)) != 0 || end == NULL) {
      free(c);
      return fail(ERROR_EVT_INVALID_QUERY);
    }
    wcsncpy(c->names[i], paths[i] + wcslen(front), (size_t)(end - paths[i]) - wcslen(front));
  }
  c->path_count = (int)count;
  return c;
}

EVT_HANDLE WINAPI double_EvtCreateBookmark(LPCWSTR xml) {
  wchar_t channel[CHANNEL_UNITS] = L"";
  unsigned long long record = 0;
  if (xml != NULL && swscanf(xml, L"<BookmarkList><Bookmark Channel='%127l[^']' RecordId='%llu'", channel, &record) != 2) {
    return fail(ERROR_EVT_INVALID_QUERY);
  }
  object *b = create(BOOKMARK, channel);
  if (b != NULL) b->position = record;
  return b;
}

BOOL WINAPI double_EvtUpdateBookmark(EVT_HANDLE bookmark, EVT_HANDLE event) {
  object *b = bookmark;
  const object *e = event;
  memcpy(b->channel, e->channel, sizeof b->channel);
  b->position = e->record->record_id;
  return TRUE;
}

BOOL WINAPI double_EvtClose(EVT_HANDLE handle) {
  object *o = handle;
  if (o->signaller != NULL) {
    InterlockedExchange(&o->closed, 1);
    WaitForSingleObject(o->signaller, INFINITE);
    CloseHandle(o->signaller);
  }
  free(o);
  return TRUE;
}

/* Values first, then the texts they point to, as Windows lays them out. */
typedef struct layout {
  EVT_VARIANT *values;
  DWORD count, used, capacity;
  bool whole;
} layout;

static void *room(layout *l, DWORD bytes) {
  void *to = l->used + bytes <= l->capacity ? (uint8_t *)l->values + l->used : NULL;
  l->used += (bytes + 7) & ~7u;
  if (to == NULL) l->whole = false;
  return to;
}

static void set_text(layout *l, DWORD at, const wchar_t *text) {
  DWORD bytes = (DWORD)(wcslen(text) + 1) * 2;
  wchar_t *to = room(l, bytes);
  if (to == NULL) return;
  memcpy(to, text, bytes);
  l->values[at].Type = EvtVarTypeString;
  l->values[at].StringVal = to;
}

static void set_sid(layout *l, DWORD at, const wchar_t *text) {
  PSID sid;
  void *to = room(l, SID_ROOM);
  if (to == NULL || !ConvertStringSidToSidW(text, &sid)) return;
  (void)CopySid(SID_ROOM, to, sid);
  LocalFree(sid);
  l->values[at].Type = EvtVarTypeSid;
  l->values[at].SidVal = to;
}

static void set_guid(layout *l, DWORD at, const wchar_t *text) {
  GUID *to = room(l, sizeof *to);
  unsigned d[11];
  if (to == NULL || swscanf(text, L"{%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x}", &d[0], &d[1], &d[2], &d[3], &d[4], &d[5],
                            &d[6], &d[7], &d[8], &d[9], &d[10]) != 11) {
    return;
  }
  *to = (GUID){d[0], (unsigned short)d[1], (unsigned short)d[2], {0}};
  for (int i = 0; i < 8; i++) to->Data4[i] = (unsigned char)d[3 + i];
  l->values[at].Type = EvtVarTypeGuid;
  l->values[at].GuidVal = to;
}

static void set_field(layout *l, DWORD at, const stored_field *field) {
  EVT_VARIANT *value = &l->values[at];
  switch (field->type) {
    case 'g': set_guid(l, at, field->value); return;
    case 'i': set_sid(l, at, field->value); return;
    case 's': set_text(l, at, field->value); return;
    default: break;
  }
  if (!l->whole) return;
  value->UInt64Val = wcstoull(field->value, NULL, 0);
  value->Type = field->type == 'h' ? EvtVarTypeHexInt64 : field->type == 'b' ? EvtVarTypeBoolean : EvtVarTypeUInt32;
  if (field->type == 'b') value->BooleanVal = wcscmp(field->value, L"true") == 0;
}

static void lay_out_system(layout *l, const stored_record *record) {
  set_text(l, EvtSystemProviderName, wcscmp(record->channel, L"Security") == 0 ? L"Microsoft-Windows-Security-Auditing" : L"Microsoft-Windows-Sysmon");
  set_text(l, EvtSystemChannel, record->channel);
  set_text(l, EvtSystemComputer, L"DOUBLE");
  set_sid(l, EvtSystemUserID, L"S-1-5-18");
  if (!l->whole) return;
  l->values[EvtSystemEventID].Type = EvtVarTypeUInt16;
  l->values[EvtSystemEventID].UInt16Val = (UINT16)record->event_id;
  l->values[EvtSystemTimeCreated].Type = EvtVarTypeFileTime;
  l->values[EvtSystemTimeCreated].FileTimeVal = record->filetime;
  l->values[EvtSystemEventRecordId].Type = EvtVarTypeUInt64;
  l->values[EvtSystemEventRecordId].UInt64Val = record->record_id;
  l->values[EvtSystemVersion].Type = EvtVarTypeByte;
  l->values[EvtSystemVersion].ByteVal = record->event_id == 1 ? 5 : 2;
}

static void lay_out_fields(layout *l, const object *context, const stored_record *record) {
  for (int i = 0; i < context->path_count; i++) {
    for (int f = 0; f < record->field_count; f++) {
      if (wcscmp(context->names[i], record->fields[f].name) == 0) set_field(l, (DWORD)i, &record->fields[f]);
    }
  }
}

static BOOL finish_render(DWORD needed, DWORD capacity, PDWORD used) {
  *used = needed;
  SetLastError(needed > capacity ? ERROR_INSUFFICIENT_BUFFER : ERROR_SUCCESS);
  return needed <= capacity;
}

BOOL WINAPI double_EvtRender(EVT_HANDLE context, EVT_HANDLE fragment, DWORD flags, DWORD capacity, PVOID buffer, PDWORD used, PDWORD count) {
  const object *o = fragment, *c = context;
  *count = 0;
  if (flags == EvtRenderBookmark) {
    wchar_t xml[512];
    int units = swprintf(xml, 512, L"<BookmarkList><Bookmark Channel='%ls' RecordId='%llu' IsCurrent='true'/></BookmarkList>", o->channel, (unsigned long long)o->position);
    DWORD bytes = (DWORD)(units + 1) * 2;
    if (bytes <= capacity) memcpy(buffer, xml, bytes);
    return finish_render(bytes, capacity, used);
  }
  if (flags == EvtRenderEventXml) {
    static wchar_t xml[XML_UNITS];
    AcquireSRWLockExclusive(&store_lock);
    DWORD bytes = (write_xml(xml, o->record) + 1) * 2;
    if (bytes <= capacity) memcpy(buffer, xml, bytes);
    ReleaseSRWLockExclusive(&store_lock);
    return finish_render(bytes, capacity, used);
  }
  DWORD values = c->system ? EvtSystemPropertyIdEND : (DWORD)c->path_count;
  layout l = {.values = buffer, .count = values, .used = values * (DWORD)sizeof(EVT_VARIANT), .capacity = capacity};
  l.whole = l.used <= capacity;
  if (l.whole) memset(buffer, 0, l.used);
  else return finish_render(l.used + 65536, capacity, used);
  if (c->system) lay_out_system(&l, o->record);
  else lay_out_fields(&l, c, o->record);
  *count = values;
  return finish_render(l.used, capacity, used);
}

EVT_HANDLE WINAPI double_EvtOpenChannelConfig(EVT_HANDLE session, LPCWSTR channel, DWORD flags) {
  (void)session, (void)flags;
  DWORD error = open_error(channel);
  return error != ERROR_SUCCESS ? fail(error) : create(CONFIG, channel);
}

BOOL WINAPI double_EvtGetChannelConfigProperty(EVT_HANDLE config, EVT_CHANNEL_CONFIG_PROPERTY_ID property, DWORD flags, DWORD capacity, PEVT_VARIANT value, PDWORD used) {
  const object *o = config;
  (void)flags, (void)capacity;
  if (property != EvtChannelConfigEnabled) return FALSE;
  AcquireSRWLockExclusive(&store_lock);
  value->Type = EvtVarTypeBoolean;
  value->BooleanVal = store_channel_locked(o->channel)->enabled;
  ReleaseSRWLockExclusive(&store_lock);
  *used = sizeof *value;
  return TRUE;
}

EVT_HANDLE WINAPI double_EvtOpenLog(EVT_HANDLE session, LPCWSTR path, DWORD flags) {
  (void)session, (void)flags;
  DWORD error = open_error(path);
  return error != ERROR_SUCCESS ? fail(error) : create(LOG, path);
}

BOOL WINAPI double_EvtGetLogInfo(EVT_HANDLE log, EVT_LOG_PROPERTY_ID property, DWORD capacity, PEVT_VARIANT value, PDWORD used) {
  const object *o = log;
  (void)capacity;
  AcquireSRWLockExclusive(&store_lock);
  const stored_record *oldest = store_next_locked(o->channel, 0);
  uint64_t count = 0;
  for (const stored_record *r = oldest; r != NULL; r = store_next_locked(o->channel, r->record_id)) count++;
  value->Type = EvtVarTypeUInt64;
  value->UInt64Val = property == EvtLogOldestRecordNumber ? (oldest != NULL ? oldest->record_id : 0) : property == EvtLogNumberOfLogRecords ? count : 69632;
  ReleaseSRWLockExclusive(&store_lock);
  *used = sizeof *value;
  return TRUE;
}

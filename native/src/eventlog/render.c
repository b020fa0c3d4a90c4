#include "render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 16384, MOST_BYTES = 4 << 20, NUMBER_UNITS = 64, PATH_UNITS = 96 };

typedef wchar_t field_path[PATH_UNITS];

static EVT_HANDLE context_of_fields(const pc_evt_api *api, const pc_channel_event *event) {
  field_path paths[PC_EVENT_MOST_FIELDS];
  LPCWSTR list[PC_EVENT_MOST_FIELDS];
  for (uint32_t i = 0; i < event->field_count; i++) {
    (void)swprintf(paths[i], PATH_UNITS, L"Event/EventData/Data[@Name='%ls']", event->fields[i]);
    list[i] = paths[i];
  }
  return api->create_context(event->field_count, list, EvtRenderContextValues);
}

bool pc_renderer_init(pc_renderer *renderer, const pc_evt_api *api, const pc_channel *channel) {
  memset(renderer, 0, sizeof *renderer);
  renderer->api = api;
  renderer->channel = channel;
  renderer->system = api->create_context(0, NULL, EvtRenderContextSystem);
  if (renderer->system == NULL) return false;
  for (uint32_t i = 0; i < channel->event_count; i++) {
    renderer->fields[i] = context_of_fields(api, &channel->events[i]);
    if (renderer->fields[i] == NULL) return false;
  }
  renderer->values = malloc(FIRST_BYTES);
  renderer->values_bytes = FIRST_BYTES;
  if (renderer->values == NULL) SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return renderer->values != NULL;
}

void pc_renderer_free(pc_renderer *renderer) {
  if (renderer->system != NULL) renderer->api->close(renderer->system);
  for (int i = 0; i < PC_CHANNEL_MOST_EVENTS; i++) {
    if (renderer->fields[i] != NULL) renderer->api->close(renderer->fields[i]);
  }
  free(renderer->values);
  memset(renderer, 0, sizeof *renderer);
}

/* Renders into `values`, which grows; the bytes used, 0 when it failed. */
static DWORD render(pc_renderer *renderer, EVT_HANDLE context, EVT_HANDLE event, DWORD flags, DWORD *count) {
  for (;;) {
    DWORD used = 0;
    if (renderer->api->render(context, event, flags, renderer->values_bytes, renderer->values, &used, count)) return used;
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || used <= renderer->values_bytes || used > MOST_BYTES) return 0;
    void *larger = realloc(renderer->values, used);
    if (larger == NULL) return 0;
    renderer->values = larger;
    renderer->values_bytes = used;
  }
}

static bool render_values(pc_renderer *renderer, EVT_HANDLE context, EVT_HANDLE event, DWORD *count) {
  return render(renderer, context, event, EvtRenderEventValues, count) > 0;
}

static const EVT_VARIANT *value_at(const pc_renderer *renderer, DWORD count, DWORD at, DWORD type) {
  return at < count && renderer->values[at].Type == type ? &renderer->values[at] : NULL;
}

static int format_guid(wchar_t *to, const GUID *guid) {
  const BYTE *d = guid->Data4;
  return swprintf(to, NUMBER_UNITS, L"{%08lX-%04hX-%04hX-%02hX%02hX-%02hX%02hX%02hX%02hX%02hX%02hX}",
                  guid->Data1, guid->Data2, guid->Data3, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
}

static int format_time(wchar_t *to, ULONGLONG filetime) {
  FILETIME time = {(DWORD)filetime, (DWORD)(filetime >> 32)};
  SYSTEMTIME parts;
  if (!FileTimeToSystemTime(&time, &parts)) return -1;
  return swprintf(to, NUMBER_UNITS, L"%04u-%02u-%02uT%02u:%02u:%02u.%07uZ", parts.wYear, parts.wMonth,
                  parts.wDay, parts.wHour, parts.wMinute, parts.wSecond, (unsigned)(filetime % 10000000u));
}

/* A number, time, GUID or SID as the event's XML would write it; its units, -1 for another type. */
static int format_value(wchar_t *to, const EVT_VARIANT *value) {
  switch (value->Type) {
    case EvtVarTypeSByte: return swprintf(to, NUMBER_UNITS, L"%d", (int)value->SByteVal);
    case EvtVarTypeByte: return swprintf(to, NUMBER_UNITS, L"%u", (unsigned)value->ByteVal);
    case EvtVarTypeInt16: return swprintf(to, NUMBER_UNITS, L"%d", (int)value->Int16Val);
    case EvtVarTypeUInt16: return swprintf(to, NUMBER_UNITS, L"%u", (unsigned)value->UInt16Val);
    case EvtVarTypeInt32: return swprintf(to, NUMBER_UNITS, L"%ld", (long)value->Int32Val);
    case EvtVarTypeUInt32: return swprintf(to, NUMBER_UNITS, L"%lu", (unsigned long)value->UInt32Val);
    case EvtVarTypeInt64: return swprintf(to, NUMBER_UNITS, L"%lld", (long long)value->Int64Val);
    case EvtVarTypeUInt64: return swprintf(to, NUMBER_UNITS, L"%llu", (unsigned long long)value->UInt64Val);
    case EvtVarTypeBoolean: return swprintf(to, NUMBER_UNITS, L"%ls", value->BooleanVal ? L"true" : L"false");
    case EvtVarTypeHexInt32: return swprintf(to, NUMBER_UNITS, L"0x%lx", (unsigned long)value->UInt32Val);
    case EvtVarTypeHexInt64: return swprintf(to, NUMBER_UNITS, L"0x%llx", (unsigned long long)value->UInt64Val);
    case EvtVarTypeSizeT: return swprintf(to, NUMBER_UNITS, L"0x%llx", (unsigned long long)value->SizeTVal);
    case EvtVarTypeGuid: return format_guid(to, value->GuidVal);
    case EvtVarTypeFileTime: return format_time(to, value->FileTimeVal);
    default: return -1;
  }
}

static uint32_t sid_text(const EVT_VARIANT *value, char text[PC_SID_TEXT_MAX]) {
  if (value->SidVal == NULL || !IsValidSid(value->SidVal)) return 0;
  return pc_sid_to_text((pc_span){(const uint8_t *)value->SidVal, GetLengthSid(value->SidVal)}, text);
}

static void put_named(pc_record_writer *writer, const wchar_t *name, const EVT_VARIANT *value) {
  wchar_t text[PC_SID_TEXT_MAX];
  const wchar_t *from = text;
  int units;
  if (value->Type == EvtVarTypeString) {
    from = value->StringVal != NULL ? value->StringVal : L"";
    units = (int)wcslen(from);
  } else if (value->Type == EvtVarTypeSid) {
    char ascii[PC_SID_TEXT_MAX];
    units = (int)sid_text(value, ascii);
    for (int i = 0; i < units; i++) text[i] = (wchar_t)ascii[i];
  } else {
    units = format_value(text, value);
  }
  if (units < 0) return;
  pc_record_named(writer, PC_FIELD_EVENT_DATA, (const uint16_t *)name, (uint32_t)wcslen(name),
                  (const uint16_t *)from, (uint32_t)units);
}

static void put_text(pc_record_writer *writer, uint16_t id, const EVT_VARIANT *value) {
  if (value == NULL || value->StringVal == NULL) return;
  pc_record_text(writer, id, (const uint16_t *)value->StringVal, (uint32_t)wcslen(value->StringVal));
}

static void put_system(pc_renderer *renderer, DWORD count, pc_record_writer *writer, uint64_t record_id) {
  pc_record_u64(writer, PC_FIELD_RECORD_ID, record_id);
  put_text(writer, PC_FIELD_PROVIDER, value_at(renderer, count, EvtSystemProviderName, EvtVarTypeString));
  put_text(writer, PC_FIELD_CHANNEL, value_at(renderer, count, EvtSystemChannel, EvtVarTypeString));
  put_text(writer, PC_FIELD_COMPUTER, value_at(renderer, count, EvtSystemComputer, EvtVarTypeString));
  const EVT_VARIANT *version = value_at(renderer, count, EvtSystemVersion, EvtVarTypeByte);
  if (version != NULL) pc_record_u32(writer, PC_FIELD_WINEVENT_VERSION, version->ByteVal);
  const EVT_VARIANT *user = value_at(renderer, count, EvtSystemUserID, EvtVarTypeSid);
  char sid[PC_SID_TEXT_MAX];
  uint32_t length = user != NULL ? sid_text(user, sid) : 0;
  if (length > 0) pc_record_ascii(writer, PC_FIELD_EVENT_USER_SID, sid, length);
}

static int index_of_event(const pc_channel *channel, uint32_t id) {
  for (uint32_t i = 0; i < channel->event_count; i++) {
    if (channel->events[i].id == id) return (int)i;
  }
  return -1;
}

/* Renders the System part; how many values it has, 0 when it failed or lacks what every event has. */
static DWORD read_system(pc_renderer *renderer, EVT_HANDLE event, pc_rendered *rendered) {
  DWORD count = 0;
  memset(rendered, 0, sizeof *rendered);
  if (!render_values(renderer, renderer->system, event, &count)) return 0;
  const EVT_VARIANT *id = value_at(renderer, count, EvtSystemEventID, EvtVarTypeUInt16);
  const EVT_VARIANT *record_id = value_at(renderer, count, EvtSystemEventRecordId, EvtVarTypeUInt64);
  const EVT_VARIANT *created = value_at(renderer, count, EvtSystemTimeCreated, EvtVarTypeFileTime);
  if (id == NULL || record_id == NULL || created == NULL) return 0;
  rendered->event_id = id->UInt16Val;
  rendered->record_id = record_id->UInt64Val;
  rendered->filetime = created->FileTimeVal;
  return count;
}

static void begin_record(pc_renderer *renderer, DWORD count, const pc_rendered *rendered, pc_record_writer *writer,
                         void *buffer, uint32_t capacity, uint16_t kind) {
  pc_record_begin(writer, buffer, capacity, kind, rendered->filetime);
  pc_record_u32(writer, PC_FIELD_EVENT_ID, rendered->event_id);
  put_system(renderer, count, writer, rendered->record_id);
}

bool pc_render_xml(pc_renderer *renderer, EVT_HANDLE event, uint64_t from, uint64_t to, void *buffer, uint32_t capacity,
                   pc_rendered *rendered) {
  pc_record_writer writer;
  DWORD count = read_system(renderer, event, rendered);
  if (count == 0) return false;
  rendered->wanted = rendered->filetime >= from && rendered->filetime <= to;
  if (!rendered->wanted) return true;
  begin_record(renderer, count, rendered, &writer, buffer, capacity, PC_RECORD_EVENT_XML);
  DWORD used = render(renderer, NULL, event, EvtRenderEventXml, &count);
  if (used < sizeof(wchar_t)) return false;
  /* Terminated; what comes after a terminator is not the event's. */
  const wchar_t *xml = (const wchar_t *)renderer->values;
  pc_record_text(&writer, PC_FIELD_EVENT_XML, (const uint16_t *)xml, (uint32_t)wcsnlen(xml, used / sizeof *xml));
  rendered->size = pc_record_end(&writer);
  return true;
}

bool pc_render_event(pc_renderer *renderer, EVT_HANDLE event, void *buffer, uint32_t capacity,
                     pc_rendered *rendered) {
  pc_record_writer writer;
  DWORD count = read_system(renderer, event, rendered);
  if (count == 0) return false;
  int at = index_of_event(renderer->channel, rendered->event_id);
  if (at < 0) return true;
  rendered->wanted = true;

  begin_record(renderer, count, rendered, &writer, buffer, capacity, PC_RECORD_WINEVENT);
  if (!render_values(renderer, renderer->fields[at], event, &count)) return false;
  const pc_channel_event *layout = &renderer->channel->events[at];
  for (DWORD i = 0; i < count && i < layout->field_count; i++) {
    if (renderer->values[i].Type != EvtVarTypeNull) put_named(&writer, layout->fields[i], &renderer->values[i]);
  }
  rendered->size = pc_record_end(&writer);
  return true;
}

wchar_t *pc_render_bookmark(const pc_evt_api *api, EVT_HANDLE bookmark, uint32_t *units) {
  DWORD bytes = 0, count = 0;
  (void)api->render(NULL, bookmark, EvtRenderBookmark, 0, NULL, &bytes, &count);
  if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || bytes > MOST_BYTES) return NULL;
  wchar_t *text = malloc(bytes + sizeof *text);
  if (text == NULL) return NULL;
  if (!api->render(NULL, bookmark, EvtRenderBookmark, bytes, text, &bytes, &count)) {
    free(text);
    return NULL;
  }
  text[bytes / sizeof *text] = 0;
  *units = (uint32_t)wcslen(text);
  return text;
}

static uint64_t record_in(const wchar_t *bookmark) {
  const wchar_t *at = wcsstr(bookmark, L"RecordId=");
  if (at == NULL) return 0;
  at += wcslen(L"RecordId=");
  if (*at != L'\'' && *at != L'"') return 0;
  uint64_t record = 0;
  for (at++; *at >= L'0' && *at <= L'9'; at++) record = record * 10 + (uint64_t)(*at - L'0');
  return record;
}

uint64_t pc_bookmark_record(const pc_evt_api *api, EVT_HANDLE bookmark) {
  uint32_t units;
  wchar_t *text = pc_render_bookmark(api, bookmark, &units);
  uint64_t record = text != NULL ? record_in(text) : 0;
  free(text);
  return record;
}

/* Seven ETW functions that play a script instead of asking a kernel. See README.md; exported under their
   names by etw_double.def. */
#include "etw_sessions.h"

#include <string.h>
#include <wchar.h>

enum { REQUIRED_MODE = EVENT_TRACE_REAL_TIME_MODE | 0x08000000 /* independent session */, SYSTEM_LOGGER = 0x02000000 };
enum { CLOCK_SYSTEM_TIME = 2 };

const GUID kernel_process = {0x22fb2cd6, 0x0e7b, 0x422b, {0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16}};

session sessions[SESSIONS];

/* Directives that hold from the beginning: what StartTrace answers. */
static ULONG planned_start_error(int which) {
  script s;
  ULONG error = ERROR_SUCCESS;
  if (!script_open(&s, L"PC_DOUBLE_ETW_SCRIPT")) return ERROR_FILE_NOT_FOUND;
  while (script_next(&s)) {
    if (s.word_count < 2 || !is_for_session(s.words[1], which)) continue;
    if (script_is(&s, "start-fails")) error = (ULONG)script_number(&s, 2, ERROR_ACCESS_DENIED);
    if (script_is(&s, "orphan") && !sessions[which].orphan_seen) error = ERROR_ALREADY_EXISTS;
  }
  script_close(&s);
  return error;
}

ULONG WINAPI double_StartTraceW(TRACEHANDLE *handle, LPCWSTR name, EVENT_TRACE_PROPERTIES *properties) {
  int which = properties->EnableFlags & EVENT_TRACE_FLAG_PROCESS ? CLASSIC : MANIFEST;
  bool mode_ok = (properties->LogFileMode & REQUIRED_MODE) == REQUIRED_MODE &&
                 ((properties->LogFileMode & SYSTEM_LOGGER) != 0) == (which == CLASSIC);
  if (!mode_ok || properties->Wnode.BufferSize < sizeof *properties || properties->BufferSize == 0 ||
      properties->MaximumBuffers < properties->MinimumBuffers || properties->Wnode.ClientContext != CLOCK_SYSTEM_TIME) {
    return ERROR_INVALID_PARAMETER;
  }
  session *s = &sessions[which];
  if (s->exists) return ERROR_ALREADY_EXISTS;
  wcsncpy(s->name, name, sizeof s->name / sizeof *s->name - 1);
  ULONG error = planned_start_error(which);
  if (error != ERROR_SUCCESS) return error;
  s->exists = true;
  s->stop = 0;
  s->events_lost = s->buffers_lost = 0;
  if (s->flushed == NULL) s->flushed = CreateEventW(NULL, FALSE, FALSE, NULL);
  *handle = (TRACEHANDLE)which + 1;
  return ERROR_SUCCESS;
}

static session *named(LPCWSTR name) {
  for (int i = 0; i < SESSIONS; i++) {
    if (name != NULL && wcscmp(sessions[i].name, name) == 0) return &sessions[i];
  }
  return NULL;
}

ULONG WINAPI double_ControlTraceW(TRACEHANDLE handle, LPCWSTR name, EVENT_TRACE_PROPERTIES *properties, ULONG code) {
  (void)handle;
  session *s = named(name);
  if (s != NULL && code == EVENT_TRACE_CONTROL_STOP) s->orphan_seen = true;
  if (s == NULL || !s->exists) return ERROR_WMI_INSTANCE_NOT_FOUND;
  properties->EventsLost = s->events_lost;
  properties->RealTimeBuffersLost = s->buffers_lost;
  if (code == EVENT_TRACE_CONTROL_STOP) {
    if (s->unstoppable) return ERROR_ACCESS_DENIED;
    s->exists = false;
    InterlockedExchange(&s->stop, 1);
  }
  SetEvent(s->flushed);
  return ERROR_SUCCESS;
}

typedef struct session_list {
  EVENT_TRACE_PROPERTIES **properties;
  ULONG capacity, count;
} session_list;

static void list_session(session_list *l, const wchar_t *name, ULONG mode, ULONG buffer_kb, ULONG events_lost, ULONG buffers_lost) {
  if (l->count++ >= l->capacity) return;
  EVENT_TRACE_PROPERTIES *p = l->properties[l->count - 1];
  p->LogFileMode = mode;
  p->BufferSize = buffer_kb;
  p->NumberOfBuffers = 4;
  p->EventsLost = events_lost;
  p->RealTimeBuffersLost = buffers_lost;
  wcscpy((wchar_t *)((uint8_t *)p + p->LoggerNameOffset), name);
}

/* Its own sessions, then `other NAME kernel|plain BUFFER_KB EVENTS_LOST BUFFERS_LOST` anywhere in the script. */
ULONG WINAPI double_QueryAllTracesW(EVENT_TRACE_PROPERTIES **properties, ULONG capacity, ULONG *count) {
  session_list l = {properties, capacity, 0};
  script s;
  for (int i = 0; i < SESSIONS; i++) {
    if (!sessions[i].exists) continue;
    ULONG mode = REQUIRED_MODE | (i == CLASSIC ? SYSTEM_LOGGER : 0);
    list_session(&l, sessions[i].name, mode, 64, sessions[i].events_lost, sessions[i].buffers_lost);
  }
  if (!script_open(&s, L"PC_DOUBLE_ETW_SCRIPT")) return ERROR_FILE_NOT_FOUND;
  while (script_next(&s)) {
    wchar_t name[512];
    if (!script_is(&s, "other") || s.word_count < 3) continue;
    script_text(&s, 1, name, 512);
    list_session(&l, name, strcmp(s.words[2], "kernel") == 0 ? SYSTEM_LOGGER : 0, (ULONG)script_number(&s, 3, 64),
                 (ULONG)script_number(&s, 4, 0), (ULONG)script_number(&s, 5, 0));
  }
  script_close(&s);
  *count = l.count;
  return l.count > capacity ? ERROR_MORE_DATA : ERROR_SUCCESS;
}

ULONG WINAPI double_EnableTraceEx2(TRACEHANDLE handle, LPCGUID provider, ULONG code, UCHAR level, ULONGLONG any,
                                   ULONGLONG all, ULONG timeout, ENABLE_TRACE_PARAMETERS *parameters) {
  (void)code, (void)level, (void)all, (void)timeout, (void)parameters;
  bool ok = handle == MANIFEST + 1 && memcmp(provider, &kernel_process, sizeof kernel_process) == 0 && any == 0x10;
  return ok ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

TRACEHANDLE WINAPI double_OpenTraceW(EVENT_TRACE_LOGFILEW *file) {
  session *s = named(file->LoggerName);
  if (s == NULL || !s->exists) {
    SetLastError(ERROR_WMI_INSTANCE_NOT_FOUND);
    return (TRACEHANDLE)INVALID_HANDLE_VALUE;
  }
  s->callback = file->EventRecordCallback;
  s->context = file->Context;
  return (TRACEHANDLE)(s - sessions) + 1;
}

ULONG WINAPI double_CloseTrace(TRACEHANDLE handle) {
  if (handle == 0 || handle > SESSIONS) return ERROR_INVALID_HANDLE;
  InterlockedExchange(&sessions[handle - 1].stop, 1);
  return ERROR_SUCCESS;
}

ULONG WINAPI double_ProcessTrace(TRACEHANDLE *handles, ULONG count, LPFILETIME start, LPFILETIME end) {
  (void)count, (void)start, (void)end;
  return play_script((int)handles[0] - 1) ? ERROR_SUCCESS : ERROR_OUTOFMEMORY;
}

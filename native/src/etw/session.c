#include "session.h"

#include "../base/cause.h"

#include <stddef.h>
#include <string.h>
#include <wchar.h>

/* For a stopped session to hand over what it holds. */
enum { STOP_WAIT_MS = 2000 };

/* Values that older SDK headers lack. */
enum {
  SYSTEM_LOGGER = 0x02000000,       /* EVENT_TRACE_SYSTEM_LOGGER_MODE, Windows 8 */
  INDEPENDENT_SESSION = 0x08000000, /* EVENT_TRACE_INDEPENDENT_SESSION_MODE, Windows 8.1 */
  CLOCK_SYSTEM_TIME = 2,            /* precise since Windows 10 */
  RUNDOWN = 2                       /* EVENT_CONTROL_CODE_CAPTURE_STATE */
};

const pc_session_kind pc_session_classic = {
    .name = L"ProblemChild-Process-Classic",
    .guid = {0x7c0de1a5, 0x52b3, 0x4f0e, {0x9a, 0x41, 0x3d, 0x0b, 0x6e, 0x88, 0x21, 0xf7}},
    /* Process_TypeGroup1 of the kernel logger */
    .provider = {0x3d6fa8d0, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}},
    .classic = true,
};

const pc_session_kind pc_session_manifest = {
    .name = L"ProblemChild-Kernel-Process",
    .guid = {0x1b94f6d2, 0xc07e, 0x4d63, {0x86, 0x5f, 0xe2, 0x7a, 0x10, 0xc9, 0x34, 0xbb}},
    /* Microsoft-Windows-Kernel-Process */
    .provider = {0x22fb2cd6, 0x0e7b, 0x422b, {0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16}},
    .keyword = 0x10,
};

/* The longest names that Windows takes: an administrator may give a session of ours a log file, and an answer that does
   not fit is ERROR_MORE_DATA without its counts. */
enum { NAME_UNITS = 1024 };

typedef struct properties {
  EVENT_TRACE_PROPERTIES head;
  wchar_t name[NAME_UNITS], file[NAME_UNITS];
} properties;

static void prepare(const pc_session *session, properties *p) {
  memset(p, 0, sizeof *p);
  p->head.Wnode.BufferSize = sizeof *p;
  p->head.Wnode.Flags = WNODE_FLAG_TRACED_GUID;
  /* The performance counter does not follow the system's clock once a session runs: after a restart the two sessions
     would disagree by all that the clock was corrected meanwhile, and no start would find its other half. */
  p->head.Wnode.ClientContext = CLOCK_SYSTEM_TIME;
  p->head.Wnode.Guid = session->kind->guid;
  p->head.LogFileMode = EVENT_TRACE_REAL_TIME_MODE | INDEPENDENT_SESSION;
  p->head.BufferSize = session->buffer_kb;
  p->head.MinimumBuffers = session->buffers_min;
  p->head.MaximumBuffers = session->buffers_max;
  p->head.FlushTimer = 1; /* seconds; the source flushes far more often by itself */
  p->head.LoggerNameOffset = offsetof(properties, name);
  p->head.LogFileNameOffset = offsetof(properties, file);
  if (session->kind->classic) {
    p->head.LogFileMode |= SYSTEM_LOGGER;
    p->head.EnableFlags = EVENT_TRACE_FLAG_PROCESS;
  }
}

static ULONG control(const pc_session *session, properties *p, ULONG code) {
  prepare(session, p);
  return session->api->control(0, session->kind->name, &p->head, code);
}

static ULONG create(pc_session *session, bool *reclaimed) {
  properties p;
  prepare(session, &p);
  ULONG error = session->api->start(&session->control, session->kind->name, &p.head);
  if (error != ERROR_ALREADY_EXISTS) return error;
  /* Left by a run of ours that did not end well: its buffers and its consumer are nobody's. */
  *reclaimed = true;
  (void)control(session, &p, EVENT_TRACE_CONTROL_STOP);
  prepare(session, &p);
  return session->api->start(&session->control, session->kind->name, &p.head);
}

static ULONG enable(const pc_session *session) {
  if (session->kind->classic) return ERROR_SUCCESS;
  ULONG error = session->api->enable(session->control, &session->kind->provider, EVENT_CONTROL_CODE_ENABLE_PROVIDER,
                                     TRACE_LEVEL_INFORMATION, session->kind->keyword, 0, 0, NULL);
  if (error != ERROR_SUCCESS) return error;
  return session->api->enable(session->control, &session->kind->provider, RUNDOWN, TRACE_LEVEL_INFORMATION,
                              session->kind->keyword, 0, 0, NULL);
}

static VOID WINAPI on_record(EVENT_RECORD *record) {
  pc_session *session = record->UserContext;
  session->on_event(session, record);
}

static DWORD WINAPI consume(LPVOID parameter) {
  pc_session *session = parameter;
  session->end_status = session->api->process(&session->consumer, 1, NULL, NULL);
  return 0;
}

static int32_t attach(pc_session *session, pc_cause *cause) {
  EVENT_TRACE_LOGFILEW file;
  memset(&file, 0, sizeof file);
  file.LoggerName = (LPWSTR)(uintptr_t)session->kind->name;
  file.ProcessTraceMode = PROCESS_TRACE_MODE_REAL_TIME | PROCESS_TRACE_MODE_EVENT_RECORD;
  file.EventRecordCallback = on_record;
  file.Context = session;
  session->consumer = session->api->open(&file);
  if (session->consumer == (TRACEHANDLE)INVALID_HANDLE_VALUE) return pc_fail_last(cause, "OpenTraceW");
  session->thread = CreateThread(NULL, 0, consume, session, 0, NULL);
  if (session->thread == NULL) {
    int32_t code = pc_fail_last(cause, "CreateThread");
    (void)session->api->close(session->consumer);
    return code;
  }
  /* Late to the buffers means lost events: ahead of ordinary threads, behind none of the system's. */
  (void)SetThreadPriority(session->thread, THREAD_PRIORITY_HIGHEST);
  return PC_OK;
}

int32_t pc_session_start(pc_session *session, bool *reclaimed, pc_cause *cause) {
  properties p;
  session->thread = NULL;
  session->events_lost = session->buffers_lost = 0;
  ULONG error = create(session, reclaimed);
  if (error != ERROR_SUCCESS) return pc_fail_win32(cause, "StartTraceW", error);
  int32_t code = attach(session, cause);
  if (code == PC_OK) {
    error = enable(session);
    if (error == ERROR_SUCCESS) return PC_OK;
    code = pc_fail_win32(cause, "EnableTraceEx2", error);
    pc_session_losses ignored; /* it has not been watching yet */
    pc_session_stop(session, &ignored);
    return code;
  }
  (void)control(session, &p, EVENT_TRACE_CONTROL_STOP);
  return code;
}

void pc_session_flush(pc_session *session) {
  properties p;
  (void)control(session, &p, EVENT_TRACE_CONTROL_FLUSH);
}

/* The kernel's counters are 32 bits wide and wrap. */
static uint64_t growth(uint64_t *last, ULONG now) {
  uint64_t by = (ULONG)(now - (ULONG)*last);
  *last = now;
  return by;
}

/* What a call of ControlTrace filled in, if it did. */
static void take_losses(pc_session *session, const properties *p, ULONG error, pc_session_losses *losses) {
  *losses = (pc_session_losses){0};
  if (error != ERROR_SUCCESS) return;
  losses->events = growth(&session->events_lost, p->head.EventsLost);
  losses->buffers = growth(&session->buffers_lost, p->head.RealTimeBuffersLost);
}

bool pc_session_look(pc_session *session, pc_session_losses *losses) {
  properties p;
  ULONG error = control(session, &p, EVENT_TRACE_CONTROL_QUERY);
  take_losses(session, &p, error, losses);
  return error != ERROR_WMI_INSTANCE_NOT_FOUND;
}

bool pc_session_has_ended(const pc_session *session) {
  return session->thread == NULL || WaitForSingleObject(session->thread, 0) == WAIT_OBJECT_0;
}

void pc_session_stop(pc_session *session, pc_session_losses *losses) {
  properties p;
  ULONG error = control(session, &p, EVENT_TRACE_CONTROL_STOP);
  take_losses(session, &p, error, losses);
  if (session->thread == NULL) return;
  bool ended = WaitForSingleObject(session->thread, STOP_WAIT_MS) == WAIT_OBJECT_0;
  /* Of a session that does not stop, or was taken over, nothing more is waited for: closing ends the consumer. */
  (void)session->api->close(session->consumer);
  if (!ended) (void)WaitForSingleObject(session->thread, INFINITE);
  CloseHandle(session->thread);
  session->thread = NULL;
}

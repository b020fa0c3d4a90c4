/* Every tracing session of the machine: others' take the places that the agent's own need. */
#include "session.h"

#include "../base/cause.h"
#include "../base/system.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SESSIONS = 256 /* what Windows can be set to allow */, NAME_UNITS = 1024, SYSTEM_LOGGER = 0x02000000 };

typedef struct answer {
  EVENT_TRACE_PROPERTIES head;
  wchar_t session[NAME_UNITS], file[NAME_UNITS];
} answer;

typedef ULONG(WINAPI *query_all)(EVENT_TRACE_PROPERTIES **, ULONG, ULONG *);

static query_all find_function(void) {
  query_all function = NULL;
  const pc_import import = {"QueryAllTracesW", &function};
  return pc_import_all(L"advapi32.dll", PC_DOUBLE(L"PC_DOUBLE_ETW"), &import, 1) ? function : NULL;
}

static void describe(const answer *from, pc_trace_session *to) {
  const EVENT_TRACE_PROPERTIES *head = &from->head;
  bool own = wcscmp(from->session, pc_session_classic.name) == 0 || wcscmp(from->session, pc_session_manifest.name) == 0;
  /* A kernel session is told by its mode, or, as the one that Windows itself names, by the flags it was started with. */
  bool kernel = (head->LogFileMode & SYSTEM_LOGGER) != 0 || head->EnableFlags != 0;
  size_t units = wcslen(from->session);
  to->flags = (own ? PC_TRACE_OWN : 0u) | (kernel ? PC_TRACE_KERNEL : 0u);
  to->buffer_kb = head->BufferSize;
  to->buffers = head->NumberOfBuffers;
  to->events_lost = head->EventsLost;
  to->buffers_lost = head->LogBuffersLost + head->RealTimeBuffersLost;
  to->name_units = (uint32_t)(units <= sizeof to->name / 2 ? units : sizeof to->name / 2);
  to->reserved = 0;
  memset(to->name, 0, sizeof to->name);
  memcpy(to->name, from->session, to->name_units * 2);
}

static int32_t list(query_all query, answer *answers, pc_trace_session *sessions, uint32_t capacity, uint32_t *count,
                    pc_cause *cause) {
  EVENT_TRACE_PROPERTIES *heads[MOST_SESSIONS];
  for (int i = 0; i < MOST_SESSIONS; i++) {
    answers[i].head.Wnode.BufferSize = sizeof *answers;
    answers[i].head.LoggerNameOffset = offsetof(answer, session);
    answers[i].head.LogFileNameOffset = offsetof(answer, file);
    heads[i] = &answers[i].head;
  }
  ULONG found = 0;
  ULONG error = query(heads, MOST_SESSIONS, &found);
  if (error != ERROR_SUCCESS && error != ERROR_MORE_DATA) return pc_fail_win32(cause, "QueryAllTracesW", error);
  *count = found;
  for (ULONG i = 0; i < found && i < capacity && i < MOST_SESSIONS; i++) describe(&answers[i], &sessions[i]);
  return PC_OK;
}

int32_t pc_etw_sessions(pc_trace_session *sessions, uint32_t capacity, uint32_t *count, pc_cause *cause) {
  pc_cause_clear(cause);
  if (count == NULL || (sessions == NULL && capacity > 0)) return PC_E_ARGUMENT;
  *count = 0;
  for (uint32_t i = 0; i < capacity; i++) {
    if (sessions[i].size < sizeof *sessions) return PC_E_ARGUMENT;
  }
  query_all query = find_function();
  if (query == NULL) return pc_fail_last(cause, "GetProcAddress");
  answer *answers = calloc(MOST_SESSIONS, sizeof *answers);
  if (answers == NULL) return PC_E_MEMORY;
  int32_t code = list(query, answers, sessions, capacity, count, cause);
  free(answers);
  return code;
}

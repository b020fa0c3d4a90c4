/* Sessions that a run left behind: Windows keeps them until somebody stops them. */
#include "session.h"

#include "../base/cause.h"

#include <stddef.h>
#include <string.h>

typedef struct stop_request {
  EVENT_TRACE_PROPERTIES head;
  wchar_t names[2][1024];
} stop_request;

int32_t pc_etw_stop_orphans(uint32_t *stopped, pc_cause *cause) {
  static const pc_session_kind *const kinds[] = {&pc_session_classic, &pc_session_manifest};
  pc_cause_clear(cause);
  if (stopped == NULL) return PC_E_ARGUMENT;
  *stopped = 0;
  pc_etw_api api;
  if (!pc_etw_functions(&api)) return pc_fail_last(cause, "GetProcAddress");
  int32_t code = PC_OK;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    stop_request request;
    memset(&request, 0, sizeof request);
    request.head.Wnode.BufferSize = sizeof request;
    request.head.LoggerNameOffset = offsetof(stop_request, names);
    request.head.LogFileNameOffset = offsetof(stop_request, names) + sizeof request.names[0];
    ULONG error = api.control(0, kinds[i]->name, &request.head, EVENT_TRACE_CONTROL_STOP);
    /* With ERROR_MORE_DATA it has been stopped as well: only its properties did not fit. */
    if (error == ERROR_SUCCESS || error == ERROR_MORE_DATA) (*stopped)++;
    else if (error != ERROR_WMI_INSTANCE_NOT_FOUND) code = pc_fail_win32(cause, "ControlTraceW", error);
  }
  return code;
}

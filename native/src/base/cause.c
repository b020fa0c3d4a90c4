#include "cause.h"

#include <string.h>

#define STATUS_OF(value) ((LONG)(value))

static void fill(pc_cause *cause, uint32_t kind, uint32_t value, const char *api) {
  if (cause == NULL || cause->size < sizeof *cause) return;
  cause->kind = kind;
  cause->value = value;
  cause->reserved = 0;
  memset(cause->api, 0, sizeof cause->api);
  size_t length = strlen(api);
  if (length >= sizeof cause->api) length = sizeof cause->api - 1;
  memcpy(cause->api, api, length);
}

void pc_cause_clear(pc_cause *cause) { fill(cause, PC_CAUSE_NONE, 0, ""); }

int32_t pc_fail_win32(pc_cause *cause, const char *api, DWORD error) {
  fill(cause, PC_CAUSE_WIN32, error, api);
  switch (error) {
    case ERROR_ACCESS_DENIED:
    case ERROR_INVALID_OWNER:
    case ERROR_PRIVILEGE_NOT_HELD: return PC_E_ACCESS;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_NOT_FOUND:
    case ERROR_EVT_CHANNEL_NOT_FOUND: return PC_E_NOT_FOUND;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES: return PC_E_MEMORY;
    case ERROR_NOT_SUPPORTED:
    case ERROR_PROC_NOT_FOUND:
    case ERROR_CALL_NOT_IMPLEMENTED: return PC_E_UNSUPPORTED;
    default: return PC_E_SYSTEM;
  }
}

int32_t pc_fail_last(pc_cause *cause, const char *api) {
  return pc_fail_win32(cause, api, GetLastError());
}

int32_t pc_fail_status(pc_cause *cause, const char *api, LONG status) {
  fill(cause, PC_CAUSE_NTSTATUS, (uint32_t)status, api);
  if (status == STATUS_OF(0xC0000022u) || status == STATUS_OF(0xC0000061u)) return PC_E_ACCESS;
  if (status == STATUS_OF(0xC000010Au)) return PC_E_EXITED; /* STATUS_PROCESS_IS_TERMINATING */
  return PC_E_SYSTEM;
}

int32_t pc_fail_hresult(pc_cause *cause, const char *api, HRESULT result) {
  fill(cause, PC_CAUSE_HRESULT, (uint32_t)result, api);
  return result == E_ACCESSDENIED ? PC_E_ACCESS : PC_E_SYSTEM;
}

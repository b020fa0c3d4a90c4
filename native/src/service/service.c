/* The service entry: the dispatcher on its own thread, controls in a queue for the reader. */
#include "../base/cause.h"
#include "../base/system.h"
#include "../stream/sync.h"
#include "problemchild.h"

#include <stdlib.h>
#include <string.h>

enum { QUEUE = 64, CONNECT_WAIT_MS = 1000 };
enum { ACCEPTED = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN | SERVICE_ACCEPT_SESSIONCHANGE | SERVICE_ACCEPT_POWEREVENT };

typedef enum phase { PHASE_IDLE, PHASE_CONNECTING, PHASE_RUNNING, PHASE_ENDED } phase;

static struct {
  pc_lock lock;
  pc_signal changed;
  phase phase;
  wchar_t *name;
  DWORD connect_error;
  SERVICE_STATUS_HANDLE status_handle;
  DWORD checkpoint;
  pc_service_event queue[QUEUE];
  uint32_t head, used;
  uint64_t missed;
} service; /* zero is a valid SRWLOCK and CONDITION_VARIABLE */

static void push_locked(DWORD control, DWORD event_type, DWORD session_id) {
  if (service.used == QUEUE) {
    service.missed++;
    /* A stop must get through: it takes the place of the newest. */
    if (control != SERVICE_CONTROL_STOP && control != SERVICE_CONTROL_PRESHUTDOWN) return;
    service.used--;
  }
  service.queue[(service.head + service.used++) % QUEUE] = (pc_service_event){
      .control = control, .event_type = event_type, .session_id = session_id, .filetime = pc_filetime_now()};
  pc_signal_all(&service.changed);
}

static BOOL set_status_locked(DWORD state, DWORD wait_hint_ms, DWORD exit_code, DWORD specific_code) {
  SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
                           .dwCurrentState = state,
                           .dwWin32ExitCode = exit_code,
                           .dwServiceSpecificExitCode = specific_code,
                           .dwWaitHint = wait_hint_ms};
  if (state == SERVICE_RUNNING) status.dwControlsAccepted = ACCEPTED;
  bool pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
  service.checkpoint = pending ? service.checkpoint + 1 : 0;
  status.dwCheckPoint = service.checkpoint;
  return SetServiceStatus(service.status_handle, &status);
}

static DWORD WINAPI on_control(DWORD control, DWORD event_type, LPVOID data, LPVOID context) {
  (void)context;
  DWORD session_id = 0;
  switch (control) {
    case SERVICE_CONTROL_INTERROGATE: return NO_ERROR;
    case SERVICE_CONTROL_SESSIONCHANGE:
      if (data != NULL) session_id = ((const WTSSESSION_NOTIFICATION *)data)->dwSessionId;
      break;
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_PRESHUTDOWN:
    case SERVICE_CONTROL_POWEREVENT: break;
    default: return ERROR_CALL_NOT_IMPLEMENTED;
  }
  pc_lock_enter(&service.lock);
  push_locked(control, event_type, session_id);
  pc_lock_leave(&service.lock);
  return NO_ERROR;
}

/* Returns at once: the process works on its own threads, the dispatcher waits for SERVICE_STOPPED. */
static VOID WINAPI service_main(DWORD count, LPWSTR *arguments) {
  (void)count, (void)arguments;
  SERVICE_STATUS_HANDLE handle = RegisterServiceCtrlHandlerExW(service.name, on_control, NULL);
  pc_lock_enter(&service.lock);
  service.status_handle = handle;
  if (handle == NULL) {
    service.connect_error = GetLastError();
    service.phase = PHASE_ENDED;
  } else {
    service.phase = PHASE_RUNNING;
    (void)set_status_locked(SERVICE_START_PENDING, 30000, NO_ERROR, 0);
  }
  pc_signal_all(&service.changed);
  pc_lock_leave(&service.lock);
}

static DWORD WINAPI dispatch(LPVOID parameter) {
  (void)parameter;
  SERVICE_TABLE_ENTRYW table[] = {{service.name, service_main}, {NULL, NULL}};
  BOOL connected = StartServiceCtrlDispatcherW(table);
  DWORD error = GetLastError();
  pc_lock_enter(&service.lock);
  if (!connected) service.connect_error = error;
  service.phase = PHASE_ENDED;
  pc_signal_all(&service.changed);
  pc_lock_leave(&service.lock);
  return 0;
}

static int32_t connect_locked(pc_cause *cause) {
  service.phase = PHASE_CONNECTING;
  pc_stay_loaded();
  HANDLE thread = CreateThread(NULL, 0, dispatch, NULL, 0, NULL);
  if (thread == NULL) {
    service.phase = PHASE_IDLE;
    return pc_fail_last(cause, "CreateThread");
  }
  CloseHandle(thread);
  while (service.phase == PHASE_CONNECTING) (void)pc_signal_wait(&service.changed, &service.lock, CONNECT_WAIT_MS);
  if (service.phase == PHASE_RUNNING) return PC_OK;
  DWORD error = service.connect_error;
  int32_t code = pc_fail_win32(cause, "StartServiceCtrlDispatcherW", error);
  return error == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT ? PC_E_NOT_A_SERVICE : code;
}

int32_t pc_service_start(const uint16_t *name, uint32_t name_units, pc_cause *cause) {
  pc_cause_clear(cause);
  wchar_t *copy = pc_wide_copy(name, name_units);
  if (copy == NULL) return PC_E_ARGUMENT;
  pc_lock_enter(&service.lock);
  int32_t code = PC_E_STATE;
  if (service.phase == PHASE_IDLE) {
    service.name = copy; /* the dispatcher keeps it as long as the process lives */
    copy = NULL;
    code = connect_locked(cause);
  }
  pc_lock_leave(&service.lock);
  free(copy);
  return code;
}

int32_t pc_service_read(uint32_t timeout_ms, pc_service_event *event, pc_cause *cause) {
  pc_cause_clear(cause);
  if (event == NULL || event->size < sizeof *event) return PC_E_ARGUMENT;
  uint64_t until_us = pc_steady_us() + (uint64_t)timeout_ms * 1000u;
  int32_t code = PC_OK;
  pc_lock_enter(&service.lock);
  while (service.used == 0 && code == PC_OK) {
    uint64_t now_us = pc_steady_us();
    if (service.phase == PHASE_IDLE) code = PC_E_STATE;
    else if (service.phase == PHASE_ENDED) code = PC_ENDED;
    else if (now_us >= until_us) code = PC_TIMEOUT;
    else (void)pc_signal_wait(&service.changed, &service.lock, (uint32_t)((until_us - now_us + 999u) / 1000u));
  }
  if (code == PC_OK) {
    *event = service.queue[service.head];
    event->size = sizeof *event;
    event->missed = service.missed;
    service.head = (service.head + 1) % QUEUE;
    service.used--;
  }
  pc_lock_leave(&service.lock);
  return code;
}

int32_t pc_service_report(uint32_t state, uint32_t wait_hint_ms, uint32_t exit_code, uint32_t specific_code,
                          pc_cause *cause) {
  pc_cause_clear(cause);
  if (state < SERVICE_STOPPED || state > SERVICE_RUNNING) return PC_E_ARGUMENT;
  pc_lock_enter(&service.lock);
  int32_t code = PC_E_STATE;
  if (service.phase == PHASE_RUNNING) {
    code = PC_OK;
    if (!set_status_locked(state, wait_hint_ms, exit_code, specific_code)) code = pc_fail_last(cause, "SetServiceStatus");
    /* Windows forgets the handle with the last state: nothing may be said by it any more. */
    if (code == PC_OK && state == SERVICE_STOPPED) service.phase = PHASE_ENDED;
    if (service.phase == PHASE_ENDED) pc_signal_all(&service.changed);
  }
  pc_lock_leave(&service.lock);
  return code;
}

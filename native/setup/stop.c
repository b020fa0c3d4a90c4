/*
 * Sees to it that the service and its process are gone: a service that still runs could only be marked for deletion,
 * and no other could be made in its place; a program that still runs cannot be taken away.
 */
#include "setup.h"

enum { STOP_TIMEOUT_MS = 30000, LOOK_EVERY_MS = 200, END_TIMEOUT_MS = 10000 };

static bool has_stopped(SC_HANDLE service, SERVICE_STATUS_PROCESS *status) {
  DWORD bytes = 0;
  return QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)status, sizeof *status, &bytes) &&
         status->dwCurrentState == SERVICE_STOPPED;
}

/* The service's process; NULL when it ended meanwhile, so that whoever has its pid now is left alone. */
static HANDLE open_process(SC_HANDLE service, const SERVICE_STATUS_PROCESS *seen) {
  HANDLE process = seen->dwProcessId == 0 ? NULL : OpenProcess(SYNCHRONIZE | PROCESS_TERMINATE, FALSE, seen->dwProcessId);
  SERVICE_STATUS_PROCESS now = {0};
  if (process == NULL || (!has_stopped(service, &now) && now.dwProcessId == seen->dwProcessId)) return process;
  CloseHandle(process);
  return NULL;
}

static bool ask_to_stop(SC_HANDLE service, SERVICE_STATUS_PROCESS *status) {
  SERVICE_STATUS answer;
  if (!ControlService(service, SERVICE_CONTROL_STOP, &answer) && GetLastError() == ERROR_SERVICE_NOT_ACTIVE) return true;
  ULONGLONG until = GetTickCount64() + STOP_TIMEOUT_MS;
  do {
    if (has_stopped(service, status)) return true;
    Sleep(LOOK_EVERY_MS);
  } while (GetTickCount64() < until);
  return false;
}

/* Its files are in use until the process is gone; one that does not go by itself loses nothing by being ended. */
static bool await_end(HANDLE process, bool stopped) {
  if (process == NULL) return stopped;
  if (stopped && WaitForSingleObject(process, END_TIMEOUT_MS) == WAIT_OBJECT_0) return true;
  (void)TerminateProcess(process, ERROR_INSTALL_FAILURE);
  return WaitForSingleObject(process, END_TIMEOUT_MS) == WAIT_OBJECT_0;
}

void stop_agent(MSIHANDLE install, const wchar_t *name) {
  SC_HANDLE controller = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  SC_HANDLE service = NULL;
  if (controller != NULL) service = OpenServiceW(controller, name, SERVICE_STOP | SERVICE_QUERY_STATUS);
  SERVICE_STATUS_PROCESS status = {0};
  if (service != NULL && !has_stopped(service, &status)) {
    HANDLE process = open_process(service, &status);
    bool stopped = ask_to_stop(service, &status);
    bool ended = await_end(process, stopped);
    if (process != NULL) CloseHandle(process);
    say(install, INSTALLMESSAGE_INFO, ended ? L"the service has stopped" : L"the service could not be stopped");
  }
  if (service != NULL) CloseServiceHandle(service);
  if (controller != NULL) CloseServiceHandle(controller);
}

/* Starts the service as the last step, so that a start that fails undoes the installation. */
#include "setup.h"

#include <stdio.h>

enum { START_TIMEOUT_MS = 60000, SETTLE_MS = 2000, LOOK_EVERY_MS = 200 };

/* Waits while the service is starting; its state, or 0 when it could not be asked. */
static DWORD wait_for_start(SC_HANDLE service, SERVICE_STATUS *status) {
  ULONGLONG until = GetTickCount64() + START_TIMEOUT_MS;
  do {
    if (!QueryServiceStatus(service, status)) return 0;
    if (status->dwCurrentState != SERVICE_START_PENDING) break;
    Sleep(LOOK_EVERY_MS);
  } while (GetTickCount64() < until);
  return status->dwCurrentState;
}

static DWORD start(SC_HANDLE service, SERVICE_STATUS *status) {
  if (!StartServiceW(service, 0, NULL) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING) return GetLastError();
  if (wait_for_start(service, status) != SERVICE_RUNNING) return ERROR_SERVICE_NOT_ACTIVE;
  /* It says that it runs before its sources are open: one that stops at once did not start. */
  Sleep(SETTLE_MS);
  if (!QueryServiceStatus(service, status)) return GetLastError();
  return status->dwCurrentState == SERVICE_RUNNING ? ERROR_SUCCESS : ERROR_SERVICE_NOT_ACTIVE;
}

/* As asked for: STARTTYPE is kept by upgrades, which need not be given it again. */
static DWORD accept_disabled(MSIHANDLE install, DWORD result) {
  if (result != ERROR_SERVICE_DISABLED) return result;
  say(install, INSTALLMESSAGE_INFO, L"the service is disabled: it was not started");
  return ERROR_SUCCESS;
}

DWORD start_agent(MSIHANDLE install, const wchar_t *name) {
  SERVICE_STATUS status = {0};
  DWORD result;
  SC_HANDLE controller = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  SC_HANDLE service = NULL;
  if (controller != NULL) service = OpenServiceW(controller, name, SERVICE_START | SERVICE_QUERY_STATUS);
  result = service == NULL ? GetLastError() : accept_disabled(install, start(service, &status));
  if (service != NULL) CloseServiceHandle(service);
  if (controller != NULL) CloseServiceHandle(controller);
  if (result != ERROR_SUCCESS) {
    wchar_t line[192];
    (void)swprintf(line, sizeof line / sizeof *line,
                   L"the service did not start: Win32 error %lu, its own code %lu; its log or the Application event log says why",
                   (unsigned long)(status.dwWin32ExitCode != 0 ? status.dwWin32ExitCode : result),
                   (unsigned long)status.dwServiceSpecificExitCode);
    say(install, INSTALLMESSAGE_ERROR, line);
  }
  return result;
}

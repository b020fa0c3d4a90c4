/*
 * A service controller that has every service and writes down, a line for each call, what is asked for. See README.md;
 * exported under their names by services_double.def.
 */
#include <windows.h>

#include <sddl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

enum { LINE_UNITS = 4096 };
static int controller, service; /* their addresses are the handles */

static void note(const wchar_t *line) {
  wchar_t path[MAX_PATH];
  char bytes[LINE_UNITS * 3];
  DWORD units = GetEnvironmentVariableW(L"PC_DOUBLE_SERVICES_WRITTEN", path, MAX_PATH), written;
  if (units == 0 || units >= MAX_PATH) return;
  HANDLE file = CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
  int count = WideCharToMultiByte(CP_UTF8, 0, line, -1, bytes, sizeof bytes, NULL, NULL);
  if (file != INVALID_HANDLE_VALUE && count > 0) {
    bytes[count - 1] = '\n'; /* in the place of the terminator */
    WriteFile(file, bytes, (DWORD)count, &written, NULL);
  }
  if (file != INVALID_HANDLE_VALUE) CloseHandle(file);
}

SC_HANDLE WINAPI double_OpenSCManagerW(LPCWSTR machine, LPCWSTR database, DWORD access) {
  (void)machine, (void)database, (void)access;
  return (SC_HANDLE)&controller;
}

SC_HANDLE WINAPI double_OpenServiceW(SC_HANDLE manager, LPCWSTR name, DWORD access) {
  wchar_t line[LINE_UNITS];
  (void)manager;
  swprintf(line, LINE_UNITS, L"open\t%ls\t0x%lx", name, access);
  note(line);
  return (SC_HANDLE)&service;
}

BOOL WINAPI double_ChangeServiceConfigW(SC_HANDLE handle, DWORD type, DWORD start, DWORD control, LPCWSTR command,
                                        LPCWSTR group, LPDWORD tag, LPCWSTR dependencies, LPCWSTR account,
                                        LPCWSTR password, LPCWSTR display) {
  wchar_t line[LINE_UNITS];
  (void)handle, (void)group, (void)tag;
  bool untouched = type == SERVICE_NO_CHANGE && control == SERVICE_NO_CHANGE && dependencies == NULL && account == NULL &&
                   password == NULL && display == NULL;
  swprintf(line, LINE_UNITS, L"config\t%lu\t%ls\t%ls", start, command, untouched ? L"nothing else" : L"more");
  note(line);
  return TRUE;
}

static void note_recovery(const SERVICE_FAILURE_ACTIONSW *failure) {
  wchar_t line[LINE_UNITS];
  int used = swprintf(line, LINE_UNITS, L"recovery\t%lu s", failure->dwResetPeriod);
  for (DWORD i = 0; i < failure->cActions; i++) {
    const SC_ACTION *action = &failure->lpsaActions[i];
    used += swprintf(line + used, (size_t)(LINE_UNITS - used), L"\t%ls after %lu ms",
                     action->Type == SC_ACTION_RESTART ? L"restart" : L"something else", action->Delay);
  }
  note(line);
}

static void note_privileges(const SERVICE_REQUIRED_PRIVILEGES_INFOW *required) {
  wchar_t line[LINE_UNITS];
  int used = swprintf(line, LINE_UNITS, L"privileges");
  for (const wchar_t *name = required->pmszRequiredPrivileges; *name != 0; name += wcslen(name) + 1) {
    used += swprintf(line + used, (size_t)(LINE_UNITS - used), L"\t%ls", name);
  }
  note(line);
}

BOOL WINAPI double_ChangeServiceConfig2W(SC_HANDLE handle, DWORD level, LPVOID value) {
  wchar_t line[LINE_UNITS] = L"", unknown[16];
  (void)handle;
  if (GetEnvironmentVariableW(L"PC_DOUBLE_SERVICES_UNKNOWN", unknown, 16) > 0 && wcstoul(unknown, NULL, 10) == level) {
    SetLastError(ERROR_INVALID_LEVEL);
    return FALSE;
  }
  switch (level) {
    case SERVICE_CONFIG_FAILURE_ACTIONS: note_recovery(value); return TRUE;
    case SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO: note_privileges(value); return TRUE;
    case SERVICE_CONFIG_FAILURE_ACTIONS_FLAG:
      swprintf(line, LINE_UNITS, L"also on errors\t%d", ((SERVICE_FAILURE_ACTIONS_FLAG *)value)->fFailureActionsOnNonCrashFailures);
      break;
    case SERVICE_CONFIG_SERVICE_SID_INFO:
      swprintf(line, LINE_UNITS, L"sid type\t%lu", ((SERVICE_SID_INFO *)value)->dwServiceSidType);
      break;
    case SERVICE_CONFIG_PRESHUTDOWN_INFO:
      swprintf(line, LINE_UNITS, L"preshutdown\t%lu ms", ((SERVICE_PRESHUTDOWN_INFO *)value)->dwPreshutdownTimeout);
      break;
    case SERVICE_CONFIG_DELAYED_AUTO_START_INFO:
      swprintf(line, LINE_UNITS, L"delayed\t%d", ((SERVICE_DELAYED_AUTO_START_INFO *)value)->fDelayedAutostart);
      break;
    default: swprintf(line, LINE_UNITS, L"level\t%lu", level); break;
  }
  note(line);
  return TRUE;
}

BOOL WINAPI double_SetServiceObjectSecurity(SC_HANDLE handle, SECURITY_INFORMATION kind, PSECURITY_DESCRIPTOR descriptor) {
  wchar_t line[LINE_UNITS], *text = NULL;
  (void)handle;
  if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1, kind, &text, NULL)) return FALSE;
  swprintf(line, LINE_UNITS, L"access\t%ls", text);
  LocalFree(text);
  note(line);
  return TRUE;
}

BOOL WINAPI double_CloseServiceHandle(SC_HANDLE handle) { return handle == (SC_HANDLE)&controller || handle == (SC_HANDLE)&service; }

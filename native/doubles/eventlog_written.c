/* What is written to the event log, kept in a file: a line for each event. See README.md; exported under their
   names by eventlog_double.def. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

enum { TEXT_BYTES = 4 * 32768, SOURCE_UNITS = 256 };

typedef struct source {
  wchar_t name[SOURCE_UNITS];
} source;

HANDLE WINAPI double_RegisterEventSourceW(LPCWSTR server, LPCWSTR name) {
  source *s = server == NULL && name != NULL && wcslen(name) < SOURCE_UNITS ? calloc(1, sizeof *s) : NULL;
  if (s == NULL) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return NULL;
  }
  wcscpy(s->name, name);
  return s;
}

BOOL WINAPI double_DeregisterEventSource(HANDLE handle) {
  free(handle);
  return TRUE;
}

/* Appends in one call, so that several writers do not mix their lines. */
static DWORD append(const char *bytes, DWORD count) {
  wchar_t path[MAX_PATH];
  DWORD units = GetEnvironmentVariableW(L"PC_DOUBLE_EVENTLOG_WRITTEN", path, MAX_PATH), written = 0;
  if (units == 0 || units >= MAX_PATH) return ERROR_FILE_NOT_FOUND;
  HANDLE file = CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return GetLastError();
  DWORD error = WriteFile(file, bytes, count, &written, NULL) ? ERROR_SUCCESS : GetLastError();
  CloseHandle(file);
  return error;
}

/* SOURCE TYPE ID TEXT. As Windows does, refuses a text of more than 31,839 characters. */
BOOL WINAPI double_ReportEventW(HANDLE handle, WORD type, WORD category, DWORD id, PSID user, WORD strings, DWORD bytes,
                                LPCWSTR *texts, LPVOID data) {
  const source *s = handle;
  (void)category, (void)user, (void)bytes, (void)data;
  DWORD error = strings == 1 && wcslen(texts[0]) <= 31839 ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
  char *line = error == ERROR_SUCCESS ? malloc(TEXT_BYTES) : NULL;
  if (line != NULL) {
    int front = snprintf(line, TEXT_BYTES, "%ls\t%u\t%lu\t", s->name, (unsigned)type, (unsigned long)id);
    int text = WideCharToMultiByte(CP_UTF8, 0, texts[0], -1, line + front, TEXT_BYTES - front, NULL, NULL);
    line[front + text - 1] = '\n'; /* in the place of the terminator */
    error = text > 0 ? append(line, (DWORD)(front + text)) : GetLastError();
    free(line);
  } else if (error == ERROR_SUCCESS) {
    error = ERROR_OUTOFMEMORY;
  }
  SetLastError(error);
  return error == ERROR_SUCCESS;
}

/*
 * A process to act on: under another name it stands for a system program that intruders use. It does nothing
 * but append the time, 8 bytes of milliseconds, to the file named by LOOK_ALIKE_HEART every few of them, so that it
 * can be seen when it was alive.
 */
#include <windows.h>

enum { BEAT_MS = 20, LAST_MS = 900000, PATH_UNITS = 512 };

int main(void) {
  wchar_t path[PATH_UNITS];
  DWORD units = GetEnvironmentVariableW(L"LOOK_ALIKE_HEART", path, PATH_UNITS);
  HANDLE heart = INVALID_HANDLE_VALUE;
  if (units > 0 && units < PATH_UNITS) {
    heart = CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
  }
  for (DWORD alive_ms = 0; alive_ms < LAST_MS; alive_ms += BEAT_MS) {
    DWORD written;
    ULONGLONG now_ms = GetTickCount64();
    if (heart != INVALID_HANDLE_VALUE) WriteFile(heart, &now_ms, sizeof now_ms, &written, NULL);
    Sleep(BEAT_MS);
  }
  return 0;
}

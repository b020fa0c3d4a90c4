#include "system.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_TEXT = 32767 };

#ifdef PC_TEST_SEAM
static HMODULE load_double(const wchar_t *variable) {
  wchar_t path[MAX_PATH];
  if (variable == NULL) return NULL;
  DWORD length = GetEnvironmentVariableW(variable, path, MAX_PATH);
  return length > 0 && length < MAX_PATH ? LoadLibraryW(path) : NULL;
}
#endif

bool pc_import_all(const wchar_t *file, const wchar_t *double_variable, const pc_import *imports,
                   int count) {
  HMODULE module = NULL;
#ifdef PC_TEST_SEAM
  module = load_double(double_variable);
#else
  (void)double_variable;
#endif
  if (module == NULL) module = LoadLibraryExW(file, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (module == NULL) return false;
  for (int i = 0; i < count; i++) {
    FARPROC function = GetProcAddress(module, imports[i].name);
    if (function == NULL) return false;
    /* A function pointer may not be cast to an object pointer in C: copy its bytes. */
    memcpy(imports[i].to, &function, sizeof function);
  }
  return true;
}

FARPROC pc_ntdll(const char *name) {
  HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  return ntdll != NULL ? GetProcAddress(ntdll, name) : NULL;
}

void pc_stay_loaded(void) {
  HMODULE self;
  (void)GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                           (LPCWSTR)(uintptr_t)pc_stay_loaded, &self);
}

bool pc_privilege_enable(const wchar_t *name) {
  HANDLE token;
  TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
  wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  if (!LookupPrivilegeValueW(NULL, name, &wanted.Privileges[0].Luid)) return false;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token)) return false;
  /* It succeeds, with ERROR_NOT_ALL_ASSIGNED, when the token has no such privilege. */
  bool enabled = AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL) &&
                 GetLastError() == ERROR_SUCCESS;
  CloseHandle(token);
  return enabled;
}

wchar_t *pc_wide_copy(const uint16_t *text, uint32_t units) {
  if (text == NULL || units == 0 || units > LONGEST_TEXT) return NULL;
  for (uint32_t i = 0; i < units; i++) {
    if (text[i] == 0) return NULL;
  }
  wchar_t *copy = malloc(((size_t)units + 1) * sizeof *copy);
  if (copy == NULL) return NULL;
  memcpy(copy, text, (size_t)units * sizeof *copy);
  copy[units] = 0;
  return copy;
}

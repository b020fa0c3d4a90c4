/* The service controller's functions, from System32's advapi32 (or, in a test build, from a double). */
#ifndef PC_SERVICE_SCM_API_H
#define PC_SERVICE_SCM_API_H

#include <stdbool.h>
#include <windows.h>

typedef struct pc_scm_api {
  SC_HANDLE(WINAPI *open_controller)(LPCWSTR, LPCWSTR, DWORD);
  SC_HANDLE(WINAPI *open_service)(SC_HANDLE, LPCWSTR, DWORD);
  BOOL(WINAPI *change)(SC_HANDLE, DWORD, DWORD, DWORD, LPCWSTR, LPCWSTR, LPDWORD, LPCWSTR, LPCWSTR, LPCWSTR, LPCWSTR);
  BOOL(WINAPI *change_more)(SC_HANDLE, DWORD, LPVOID);
  BOOL(WINAPI *set_security)(SC_HANDLE, SECURITY_INFORMATION, PSECURITY_DESCRIPTOR);
  BOOL(WINAPI *close)(SC_HANDLE);
} pc_scm_api;

bool pc_scm_functions(pc_scm_api *api);

#endif

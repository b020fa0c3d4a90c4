/* The event-log functions, from System32's wevtapi (or, in a test build, from a double). */
#ifndef PC_EVENTLOG_EVT_API_H
#define PC_EVENTLOG_EVT_API_H

#include <stdbool.h>
#include <windows.h>
#include <winevt.h>

typedef struct pc_evt_api {
  EVT_HANDLE(WINAPI *subscribe)(EVT_HANDLE, HANDLE, LPCWSTR, LPCWSTR, EVT_HANDLE, PVOID, EVT_SUBSCRIBE_CALLBACK, DWORD);
  EVT_HANDLE(WINAPI *query)(EVT_HANDLE, LPCWSTR, LPCWSTR, DWORD);
  BOOL(WINAPI *next)(EVT_HANDLE, DWORD, EVT_HANDLE *, DWORD, DWORD, PDWORD);
  BOOL(WINAPI *render)(EVT_HANDLE, EVT_HANDLE, DWORD, DWORD, PVOID, PDWORD, PDWORD);
  EVT_HANDLE(WINAPI *create_context)(DWORD, LPCWSTR *, DWORD);
  EVT_HANDLE(WINAPI *create_bookmark)(LPCWSTR);
  BOOL(WINAPI *update_bookmark)(EVT_HANDLE, EVT_HANDLE);
  BOOL(WINAPI *close)(EVT_HANDLE);
  EVT_HANDLE(WINAPI *open_log)(EVT_HANDLE, LPCWSTR, DWORD);
  BOOL(WINAPI *log_info)(EVT_HANDLE, EVT_LOG_PROPERTY_ID, DWORD, PEVT_VARIANT, PDWORD);
  EVT_HANDLE(WINAPI *open_config)(EVT_HANDLE, LPCWSTR, DWORD);
  BOOL(WINAPI *config_property)(EVT_HANDLE, EVT_CHANNEL_CONFIG_PROPERTY_ID, DWORD, DWORD, PEVT_VARIANT, PDWORD);
} pc_evt_api;

bool pc_evt_functions(pc_evt_api *api);

#endif

/* The Windows Filtering Platform's functions, from System32's fwpuclnt (or, in a test build, from a double). */
#ifndef PC_ISOLATION_FWP_API_H
#define PC_ISOLATION_FWP_API_H

#include <stdbool.h>
#include <windows.h>
#include <fwpmu.h>

typedef struct pc_fwp_api {
  DWORD(WINAPI *open)(const wchar_t *, UINT32, SEC_WINNT_AUTH_IDENTITY_W *, const FWPM_SESSION0 *, HANDLE *);
  DWORD(WINAPI *close)(HANDLE);
  DWORD(WINAPI *begin)(HANDLE, UINT32);
  DWORD(WINAPI *commit)(HANDLE);
  DWORD(WINAPI *abort)(HANDLE);
  DWORD(WINAPI *add_provider)(HANDLE, const FWPM_PROVIDER0 *, PSECURITY_DESCRIPTOR);
  DWORD(WINAPI *delete_provider)(HANDLE, const GUID *);
  DWORD(WINAPI *add_sub_layer)(HANDLE, const FWPM_SUBLAYER0 *, PSECURITY_DESCRIPTOR);
  DWORD(WINAPI *delete_sub_layer)(HANDLE, const GUID *);
  DWORD(WINAPI *add_filter)(HANDLE, const FWPM_FILTER0 *, PSECURITY_DESCRIPTOR, UINT64 *);
  DWORD(WINAPI *delete_filter)(HANDLE, const GUID *);
  DWORD(WINAPI *begin_list)(HANDLE, const FWPM_FILTER_ENUM_TEMPLATE0 *, HANDLE *);
  DWORD(WINAPI *list)(HANDLE, HANDLE, UINT32, FWPM_FILTER0 ***, UINT32 *);
  DWORD(WINAPI *end_list)(HANDLE, HANDLE);
  void(WINAPI *free_memory)(void **);
} pc_fwp_api;

bool pc_fwp_functions(pc_fwp_api *api);

#endif

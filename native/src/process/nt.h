/* The undocumented or late functions of ntdll that process control needs. */
#ifndef PC_PROCESS_NT_H
#define PC_PROCESS_NT_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

typedef struct pc_nt {
  LONG(NTAPI *query_process)(HANDLE, ULONG, PVOID, ULONG, PULONG);
  LONG(NTAPI *query_system)(ULONG, PVOID, ULONG, PULONG);
  LONG(NTAPI *suspend)(HANDLE);
  LONG(NTAPI *resume)(HANDLE);
  LONG(NTAPI *next_thread)(HANDLE, HANDLE, ACCESS_MASK, ULONG, ULONG, PHANDLE);
  LONG(NTAPI *query_thread)(HANDLE, ULONG, PVOID, ULONG, PULONG);
} pc_nt;

/* NULL when this Windows lacks one of them. */
const pc_nt *pc_nt_functions(void);

#define PC_STATUS_INVALID_INFO_CLASS ((LONG)0xC0000003)
#define PC_STATUS_NOT_IMPLEMENTED ((LONG)0xC0000002)
#define PC_STATUS_INFO_LENGTH_MISMATCH ((LONG)0xC0000004)

#endif

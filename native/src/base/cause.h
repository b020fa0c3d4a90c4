/* Filling the caller's pc_cause, and choosing the PC_E_ code that fits a system error. */
#ifndef PC_BASE_CAUSE_H
#define PC_BASE_CAUSE_H

#include "problemchild.h"

#include <windows.h>

/* All take a NULL cause. Each returns the code that fits the error, to be returned onwards. */
void pc_cause_clear(pc_cause *cause);
int32_t pc_fail_win32(pc_cause *cause, const char *api, DWORD error);
int32_t pc_fail_last(pc_cause *cause, const char *api); /* GetLastError() */
int32_t pc_fail_status(pc_cause *cause, const char *api, LONG status);
int32_t pc_fail_hresult(pc_cause *cause, const char *api, HRESULT result);

#endif

/* Finding system functions: in System32 only, never along the search path. */
#ifndef PC_BASE_SYSTEM_H
#define PC_BASE_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

typedef struct pc_import {
  const char *name;
  void *to; /* address of the function pointer to fill */
} pc_import;

/*
 * Fills each pointer from the DLL `file` of System32. False when the DLL or one function is missing.
 * In a build with PC_TEST_SEAM, an environment variable `double_variable` naming a DLL by its full
 * path takes the place of the system's; release builds have no such code.
 */
bool pc_import_all(const wchar_t *file, const wchar_t *double_variable, const pc_import *imports,
                   int count);

#ifdef PC_TEST_SEAM
#define PC_DOUBLE(variable) (variable)
#else
#define PC_DOUBLE(variable) NULL /* a release does not even know the names */
#endif

/* One function of ntdll, or NULL. */
FARPROC pc_ntdll(const char *name);

/* Keeps this library mapped until the process ends. Called before threads are started: their code is here, and whoever
   loaded the library may let go of it while they still run. */
void pc_stay_loaded(void);

/* Switches a privilege of the process token on; false when the token does not hold it. */
bool pc_privilege_enable(const wchar_t *name);

/* UTF-16 units as a terminated wide string that must be freed; NULL when empty, too long, holding a
   NUL, or out of memory. */
wchar_t *pc_wide_copy(const uint16_t *text, uint32_t units);

#endif

#include "nt.h"

#include "../base/system.h"

#include <string.h>

static pc_nt nt;
static bool complete;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK load(PINIT_ONCE init, PVOID parameter, PVOID *context) {
  (void)init, (void)parameter, (void)context;
  const pc_import imports[] = {{"NtQueryInformationProcess", &nt.query_process},
                               {"NtQuerySystemInformation", &nt.query_system},
                               {"NtSuspendProcess", &nt.suspend},
                               {"NtResumeProcess", &nt.resume},
                               {"NtGetNextThread", &nt.next_thread},
                               {"NtQueryInformationThread", &nt.query_thread}};
  complete = pc_import_all(L"ntdll.dll", NULL, imports, sizeof imports / sizeof *imports);
  return TRUE;
}

const pc_nt *pc_nt_functions(void) {
  (void)InitOnceExecuteOnce(&once, load, NULL, NULL);
  return complete ? &nt : NULL;
}

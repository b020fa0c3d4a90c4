#include "suspension.h"

#include "nt.h"

enum { SUSPEND_COUNT = 35, NO_MORE_THREADS = (LONG)0x8000001A };
enum { THREAD_RIGHTS = THREAD_QUERY_LIMITED_INFORMATION | SYNCHRONIZE };

/* A thread that has ended is listed as long as somebody keeps it open. */
static bool has_ended(HANDLE thread) { return WaitForSingleObject(thread, 0) == WAIT_OBJECT_0; }

bool pc_suspension_read(HANDLE process, bool *suspended) {
  const pc_nt *nt = pc_nt_functions();
  HANDLE thread = NULL;
  uint32_t threads = 0, halted = 0;
  bool complete = nt != NULL;
  for (LONG status = 0; complete;) {
    HANDLE before = thread;
    status = nt->next_thread(process, before, THREAD_RIGHTS, 0, 0, &thread);
    if (before != NULL) CloseHandle(before);
    if (status == NO_MORE_THREADS) break;
    complete = status >= 0;
    if (!complete || has_ended(thread)) continue;
    ULONG count = 0;
    complete = nt->query_thread(thread, SUSPEND_COUNT, &count, sizeof count, NULL) >= 0;
    threads++;
    halted += count > 0;
    if (!complete) CloseHandle(thread);
  }
  *suspended = complete && threads > 0 && halted == threads;
  return complete;
}

/* Whether a process is suspended, by the counts that its threads have. */
#ifndef PC_PROCESS_SUSPENSION_H
#define PC_PROCESS_SUSPENSION_H

#include <stdbool.h>
#include <windows.h>

/*
 * *suspended: every thread of it has been suspended more often than resumed. A thread that is inside the kernel counts
 * too, which stops only when it comes back. False when it cannot be known; the handle needs PROCESS_QUERY_INFORMATION.
 */
bool pc_suspension_read(HANDLE process, bool *suspended);

#endif

/* Opening a process only to look into it. */
#ifndef PC_PROCESS_INSPECT_H
#define PC_PROCESS_INSPECT_H

#include "problemchild.h"

#include <windows.h>

/* Opens for reading its memory, then checks the identity on that handle; *process only for PC_OK.
   PC_E_EXITED when it has ended: its memory is gone. */
int32_t pc_open_for_look(const pc_process_request *request, HANDLE *process, pc_cause *cause);

#endif

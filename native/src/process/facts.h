/* Opening a process for an action, and the checks that come before any. */
#ifndef PC_PROCESS_FACTS_H
#define PC_PROCESS_FACTS_H

#include "problemchild.h"

#include <stdbool.h>
#include <windows.h>

/* PC_E_PID, PC_E_EXITED (no such process), PC_E_ACCESS, … *process is valid only for PC_OK. */
int32_t pc_process_open(uint32_t pid, DWORD rights, HANDLE *process, pc_cause *cause);

/* Reads what decides about an action: creation time, critical flag, protection level, ended. */
int32_t pc_facts_read_vital(HANDLE process, uint32_t pid, pc_process_facts *facts, pc_cause *cause);

/* Reads everything else that is known about it, as far as it can be read. */
void pc_facts_read_rest(HANDLE process, bool ask_signature, pc_process_facts *facts);

/* Whether an action is allowed, from vital facts alone: PC_OK, PC_E_SELF, PC_E_CRITICAL, … */
int32_t pc_facts_permit(const pc_process_facts *facts);

/* PC_E_IDENTITY unless `created` is within `tolerance` of the facts' creation time. */
int32_t pc_facts_identify(const pc_process_facts *facts, uint64_t created, uint64_t tolerance);

#endif

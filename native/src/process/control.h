/* Steps shared by actions on one process and on a tree. */
#ifndef PC_PROCESS_CONTROL_H
#define PC_PROCESS_CONTROL_H

#include "problemchild.h"

#include <stdbool.h>
#include <windows.h>

/* Checks both structs and clears *result. */
bool pc_request_begin(const pc_process_request *request, pc_process_result *result, pc_cause *cause);
uint32_t pc_request_timeout_ms(const pc_process_request *request);
uint32_t pc_request_exit_code(const pc_process_request *request);

/* Opens with `rights`, then identity and permission on that handle. *process only for PC_OK. */
int32_t pc_open_for_action(const pc_process_request *request, DWORD rights, pc_process_facts *facts, HANDLE *process,
                           pc_cause *cause);

/* Tells it to end (PC_OUTCOME_PENDING), or why not. */
int32_t pc_end_process(HANDLE process, uint32_t exit_code, uint32_t *outcome, pc_cause *cause);
/* PC_OUTCOME_TERMINATED and its exit code, or PC_E_NOT_ENDED. */
int32_t pc_await_end(HANDLE process, uint32_t timeout_ms, uint32_t *outcome, uint32_t *exit_code);

#endif

/* Query, suspend, resume, terminate: one handle from the identity check to the outcome. */
#include "control.h"

#include "../base/cause.h"
#include "../stream/sync.h"
#include "facts.h"
#include "nt.h"
#include "snapshot.h"

#include <string.h>

enum { DEFAULT_TIMEOUT_MS = 5000, DEFAULT_EXIT_CODE = 0xC0DE, LONGEST_SUSPEND_LOOK_MS = 8 };

uint32_t pc_request_timeout_ms(const pc_process_request *request) {
  return request->timeout_ms != 0 ? request->timeout_ms : DEFAULT_TIMEOUT_MS;
}

uint32_t pc_request_exit_code(const pc_process_request *request) {
  return request->exit_code != 0 ? request->exit_code : DEFAULT_EXIT_CODE;
}

bool pc_request_begin(const pc_process_request *request, pc_process_result *result, pc_cause *cause) {
  pc_cause_clear(cause);
  if (request == NULL || request->size < sizeof *request || result == NULL || result->size < sizeof *result) return false;
  memset(result, 0, sizeof *result);
  result->size = sizeof *result;
  result->facts.size = sizeof result->facts;
  result->facts.pid = request->pid;
  return true;
}

/* When the rights for the act are refused, the reason (protected, critical) is still worth knowing;
   this handle can do nothing but be asked. */
static int32_t explain_refusal(const pc_process_request *request, pc_process_facts *facts, int32_t refused) {
  HANDLE process;
  if (pc_process_open(request->pid, PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, &process, NULL) != PC_OK) return refused;
  int32_t code = pc_facts_read_vital(process, request->pid, facts, NULL);
  if (code == PC_OK) code = pc_facts_identify(facts, request->created, request->tolerance);
  if (code == PC_OK) code = pc_facts_permit(facts);
  CloseHandle(process);
  return code == PC_OK || code == PC_E_UNVERIFIABLE ? refused : code;
}

int32_t pc_open_for_action(const pc_process_request *request, DWORD rights, pc_process_facts *facts, HANDLE *process,
                           pc_cause *cause) {
  if (request->created == 0) return PC_E_ARGUMENT;
  int32_t code = pc_process_open(request->pid, PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE | rights, process, cause);
  if (code == PC_E_ACCESS) return explain_refusal(request, facts, code);
  if (code != PC_OK) return code;
  code = pc_facts_read_vital(*process, request->pid, facts, cause);
  if (code == PC_OK) code = pc_facts_identify(facts, request->created, request->tolerance);
  if (code == PC_OK) code = pc_facts_permit(facts);
  if (code != PC_OK) CloseHandle(*process);
  else pc_cause_clear(cause);
  return code;
}

int32_t pc_process_query(const pc_process_request *request, pc_process_result *result, pc_cause *cause) {
  if (!pc_request_begin(request, result, cause)) return PC_E_ARGUMENT;
  uint64_t start_us = pc_steady_us();
  HANDLE process;
  /* Whether it is debugged, and whether it is suspended, needs the larger right; nothing else does. */
  int32_t code = pc_process_open(request->pid, PROCESS_QUERY_INFORMATION | SYNCHRONIZE, &process, cause);
  if (code == PC_E_ACCESS) {
    code = pc_process_open(request->pid, PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, &process, cause);
  }
  if (code != PC_OK) return code;
  code = pc_facts_read_vital(process, request->pid, &result->facts, cause);
  if (code == PC_OK && request->created != 0) {
    code = pc_facts_identify(&result->facts, request->created, request->tolerance);
  }
  if (code == PC_OK) {
    pc_cause_clear(cause);
    pc_facts_read_rest(process, (request->flags & PC_ASK_SIGNATURE) != 0, &result->facts);
  }
  CloseHandle(process);
  result->total_ns = (pc_steady_us() - start_us) * 1000u;
  return code;
}

static bool is_suspended(uint32_t pid) {
  pc_snapshot snapshot;
  pc_snapshot_entry entry;
  bool suspended = false;
  if (pc_snapshot_take(&snapshot, NULL) != PC_OK) return false;
  while (pc_snapshot_next(&snapshot, &entry)) {
    if (entry.pid == pid) suspended = entry.suspended;
  }
  pc_snapshot_free(&snapshot);
  return suspended;
}

/* A thread inside the kernel stops when it comes back: look a few times, never long. */
static void see_suspended(pc_process_facts *facts) {
  facts->known |= PC_KNOW_SUSPENDED;
  for (DWORD wait_ms = 1; wait_ms <= LONGEST_SUSPEND_LOOK_MS; wait_ms *= 2) {
    if (is_suspended(facts->pid)) {
      facts->is |= PC_IS_SUSPENDED;
      return;
    }
    Sleep(wait_ms);
  }
}

static int32_t suspend_or_resume(const pc_process_request *request, bool suspend, pc_process_result *result,
                                 pc_cause *cause) {
  if (!pc_request_begin(request, result, cause)) return PC_E_ARGUMENT;
  uint64_t start_us = pc_steady_us();
  HANDLE process;
  int32_t code = pc_open_for_action(request, PROCESS_SUSPEND_RESUME, &result->facts, &process, cause);
  if (code != PC_OK) return code;
  const pc_nt *nt = pc_nt_functions();
  LONG status = suspend ? nt->suspend(process) : nt->resume(process);
  result->act_ns = (pc_steady_us() - start_us) * 1000u;
  if (status < 0) {
    code = pc_fail_status(cause, suspend ? "NtSuspendProcess" : "NtResumeProcess", status);
    result->outcome = PC_OUTCOME_FAILED;
  } else {
    result->outcome = suspend ? PC_OUTCOME_SUSPENDED : PC_OUTCOME_RESUMED;
    if (suspend && (request->flags & PC_JUST_ACT) == 0) see_suspended(&result->facts);
  }
  CloseHandle(process);
  result->total_ns = (pc_steady_us() - start_us) * 1000u;
  return code;
}

int32_t pc_process_suspend(const pc_process_request *request, pc_process_result *result, pc_cause *cause) {
  return suspend_or_resume(request, true, result, cause);
}

int32_t pc_process_resume(const pc_process_request *request, pc_process_result *result, pc_cause *cause) {
  return suspend_or_resume(request, false, result, cause);
}

int32_t pc_end_process(HANDLE process, uint32_t exit_code, uint32_t *outcome, pc_cause *cause) {
  if (TerminateProcess(process, exit_code)) {
    *outcome = PC_OUTCOME_PENDING;
    return PC_OK;
  }
  int32_t code = pc_fail_last(cause, "TerminateProcess");
  /* Access is also denied for one that is ending by itself. */
  bool gone = WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
  *outcome = gone ? PC_OUTCOME_GONE : PC_OUTCOME_FAILED;
  return gone ? PC_E_EXITED : code;
}

int32_t pc_await_end(HANDLE process, uint32_t timeout_ms, uint32_t *outcome, uint32_t *exit_code) {
  if (WaitForSingleObject(process, timeout_ms) != WAIT_OBJECT_0) return PC_E_NOT_ENDED;
  DWORD code = 0;
  if (GetExitCodeProcess(process, &code)) *exit_code = code;
  *outcome = PC_OUTCOME_TERMINATED;
  return PC_OK;
}

int32_t pc_process_terminate(const pc_process_request *request, pc_process_result *result, pc_cause *cause) {
  if (!pc_request_begin(request, result, cause)) return PC_E_ARGUMENT;
  uint64_t start_us = pc_steady_us();
  HANDLE process;
  int32_t code = pc_open_for_action(request, PROCESS_TERMINATE, &result->facts, &process, cause);
  if (code != PC_OK) return code;
  code = pc_end_process(process, pc_request_exit_code(request), &result->outcome, cause);
  result->act_ns = (pc_steady_us() - start_us) * 1000u;
  if (code == PC_OK) {
    code = pc_await_end(process, pc_request_timeout_ms(request), &result->outcome, &result->exit_code);
  }
  CloseHandle(process);
  result->total_ns = (pc_steady_us() - start_us) * 1000u;
  return code;
}

#include "facts.h"

#include "../base/cause.h"
#include "../decode/text.h"
#include "../enrich/paths.h"
#include "../file/file_facts.h"
#include "live.h"
#include "nt.h"
#include "suspension.h"

#include <stdlib.h>
#include <string.h>

/* To verify a file is to read it, several times over: seconds for one of this size, in which somebody waits. */
enum { VERIFIED_MOST_BYTES = 256 << 20 };
enum { BASIC_INFORMATION = 0, DEBUG_PORT = 7, BREAK_ON_TERMINATION = 29, PROTECTION_INFORMATION = 61 };

typedef struct basic_information {
  PVOID exit_status, peb;
  ULONG_PTR affinity, base_priority, pid, parent_pid;
} basic_information;

int32_t pc_process_open(uint32_t pid, DWORD rights, HANDLE *process, pc_cause *cause) {
  /* Windows ignores the low two bits of a pid: 13102 would open 13100. 4 is the kernel. */
  if (pid == 0 || pid == 4 || pid % 4 != 0) return PC_E_PID;
  *process = OpenProcess(rights, FALSE, pid);
  if (*process != NULL) return PC_OK;
  DWORD error = GetLastError();
  int32_t code = pc_fail_win32(cause, "OpenProcess", error);
  return error == ERROR_INVALID_PARAMETER ? PC_E_EXITED : code;
}

/*
 * Wine knows neither critical nor protected processes and says so with these; every Windows that we
 * support knows both, and there an unanswered question refuses the action. The test build takes
 * Wine's answer for "no", and a pid that tests name for critical.
 */
#ifdef PC_TEST_SEAM
static bool is_no(LONG status) { return status == PC_STATUS_INVALID_INFO_CLASS || status == PC_STATUS_NOT_IMPLEMENTED; }

static bool is_named_critical(uint32_t pid) {
  wchar_t named[16];
  DWORD length = GetEnvironmentVariableW(L"PC_DOUBLE_CRITICAL_PID", named, 16);
  return length > 0 && length < 16 && wcstoul(named, NULL, 10) == pid;
}
#else
static bool is_no(LONG status) { return (void)status, false; }
static bool is_named_critical(uint32_t pid) { return (void)pid, false; }
#endif

/* 0 or 1, or -1 when it cannot be known. */
static int critical_flag(HANDLE process, uint32_t pid, pc_cause *cause) {
  if (is_named_critical(pid)) return 1;
  ULONG critical = 0;
  LONG status = pc_nt_functions()->query_process(process, BREAK_ON_TERMINATION, &critical, sizeof critical, NULL);
  if (status >= 0) return critical != 0;
  if (is_no(status)) return 0;
  /* The documented way, where the direct one is refused. */
  BOOL answer = FALSE;
  FARPROC function = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "IsProcessCritical");
  BOOL(WINAPI * is_critical)(HANDLE, PBOOL);
  if (function != NULL) {
    memcpy(&is_critical, &function, sizeof is_critical);
    if (is_critical(process, &answer)) return answer != 0;
  }
  (void)pc_fail_status(cause, "NtQueryInformationProcess(29)", status);
  return -1;
}

static bool read_protection(HANDLE process, uint32_t *level, pc_cause *cause) {
  UCHAR protection = 0;
  LONG status = pc_nt_functions()->query_process(process, PROTECTION_INFORMATION, &protection, sizeof protection, NULL);
  *level = status >= 0 ? protection : 0;
  if (status >= 0 || is_no(status)) return true;
  (void)pc_fail_status(cause, "NtQueryInformationProcess(61)", status);
  return false;
}

int32_t pc_facts_read_vital(HANDLE process, uint32_t pid, pc_process_facts *facts, pc_cause *cause) {
  uint64_t exited;
  if (pc_nt_functions() == NULL) return PC_E_UNSUPPORTED;
  facts->pid = pid;
  facts->created = pc_live_created(process, &exited);
  if (facts->created == 0) {
    (void)pc_fail_last(cause, "GetProcessTimes");
    return PC_E_UNVERIFIABLE;
  }
  if (exited != 0 || WaitForSingleObject(process, 0) == WAIT_OBJECT_0) facts->is |= PC_IS_EXITING;
  int critical = critical_flag(process, pid, cause);
  if (critical >= 0) facts->known |= PC_KNOW_CRITICAL;
  if (critical > 0) facts->is |= PC_IS_CRITICAL;
  if (read_protection(process, &facts->protection, cause)) facts->known |= PC_KNOW_PROTECTION;
  return PC_OK;
}

int32_t pc_facts_identify(const pc_process_facts *facts, uint64_t created, uint64_t tolerance) {
  uint64_t apart = facts->created > created ? facts->created - created : created - facts->created;
  return apart <= tolerance ? PC_OK : PC_E_IDENTITY;
}

int32_t pc_facts_permit(const pc_process_facts *facts) {
  if (facts->pid == GetCurrentProcessId()) return PC_E_SELF;
  if (facts->is & PC_IS_EXITING) return PC_E_EXITED;
  if (facts->is & PC_IS_CRITICAL) return PC_E_CRITICAL;
  if (facts->known & PC_KNOW_PROTECTION && facts->protection != 0) return PC_E_PROTECTED;
  uint32_t needed = PC_KNOW_CRITICAL | PC_KNOW_PROTECTION;
  return (facts->known & needed) == needed ? PC_OK : PC_E_UNVERIFIABLE;
}

static void read_parent(HANDLE process, pc_process_facts *facts) {
  basic_information basic;
  if (pc_nt_functions()->query_process(process, BASIC_INFORMATION, &basic, sizeof basic, NULL) < 0) return;
  facts->parent_pid = (uint32_t)basic.parent_pid;
  facts->known |= PC_KNOW_PARENT;
  HANDLE parent = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, facts->parent_pid);
  if (parent == NULL) return;
  uint64_t exited, created = pc_live_created(parent, &exited);
  /* A later creation: the pid went to another process after the parent's end. */
  if (created != 0 && created <= facts->created) facts->parent_created = created;
  CloseHandle(parent);
}

static void read_token(HANDLE process, pc_process_facts *facts) {
  pc_token_facts token;
  if (!pc_live_token(process, &token, NULL)) return;
  if (token.has_user && pc_sid_to_text((pc_span){token.user_sid, token.user_sid_bytes}, facts->user_sid) > 0) {
    facts->known |= PC_KNOW_USER;
  }
  if (token.has_label) {
    facts->integrity = token.integrity;
    facts->known |= PC_KNOW_INTEGRITY;
  }
  if (token.has_elevated) {
    facts->known |= PC_KNOW_ELEVATION;
    if (token.elevated) facts->is |= PC_IS_ELEVATED;
  }
}

static void read_start_name(HANDLE process, pc_process_facts *facts) {
  enum { ROOM = sizeof facts->start_name / sizeof *facts->start_name };
  uint64_t buffer[(PC_LIVE_LINE_BYTES + 7) / 8];
  pc_span path;
  if (!pc_live_start_path(process, (uint8_t *)buffer, &path)) return;
  const uint16_t *text = (const uint16_t *)(const void *)path.at;
  uint32_t end = (uint32_t)(path.bytes / sizeof *text), from = end;
  while (from > 0 && text[from - 1] != L'\\') from--;
  if (from == end) return;
  facts->start_name_units = end - from < ROOM ? end - from : ROOM - 1;
  memcpy(facts->start_name, text + from, (size_t)facts->start_name_units * sizeof *text);
  facts->known |= PC_KNOW_START_NAME;
}

static void read_image(HANDLE process, bool ask_signature, pc_process_facts *facts) {
  enum { ROOM = sizeof facts->image_path / sizeof *facts->image_path };
  wchar_t path[PC_LIVE_PATH_UNITS];
  uint32_t units = pc_live_image_path(process, path);
  if (units == 0) return;
  facts->known |= PC_KNOW_IMAGE;
  facts->image_path_units = units < ROOM ? units : ROOM - 1;
  if (units >= ROOM) facts->is |= PC_IS_PATH_CUT;
  memcpy(facts->image_path, path, (size_t)facts->image_path_units * sizeof *path);
  /* A share's file is not opened in the agent's name, and by nobody's answer it is not trusted. */
  if (!ask_signature || !pc_path_is_on_disk(path, units)) return;
  pc_file_question question = {.path = path, .parts = PC_PART_SIGNATURE, .max_bytes = VERIFIED_MOST_BYTES};
  pc_file_answer answer;
  if (!pc_file_ask(&question, &answer) || answer.signature_is != PC_CAPTURED) return;
  facts->known |= PC_KNOW_SIGNATURE;
  facts->signature = answer.facts.signature;
  facts->signer_units = (uint32_t)wcsnlen((const wchar_t *)answer.facts.signer, 256);
  memcpy(facts->signer, answer.facts.signer, sizeof facts->signer);
  if (answer.facts.microsoft_root) facts->is |= PC_IS_MICROSOFT_ROOT;
}

void pc_facts_read_rest(HANDLE process, bool ask_signature, pc_process_facts *facts) {
  DWORD session;
  ULONG_PTR debug_port = 0;
  read_parent(process, facts);
  read_token(process, facts);
  read_start_name(process, facts);
  read_image(process, ask_signature, facts);
  bool suspended;
  if (pc_suspension_read(process, &suspended)) {
    facts->known |= PC_KNOW_SUSPENDED;
    if (suspended) facts->is |= PC_IS_SUSPENDED;
  }
  if (ProcessIdToSessionId(facts->pid, &session)) {
    facts->session_id = session;
    facts->known |= PC_KNOW_SESSION;
  }
  if (pc_nt_functions()->query_process(process, DEBUG_PORT, &debug_port, sizeof debug_port, NULL) >= 0) {
    facts->known |= PC_KNOW_DEBUGGED;
    if (debug_port != 0) facts->is |= PC_IS_DEBUGGED;
  }
}

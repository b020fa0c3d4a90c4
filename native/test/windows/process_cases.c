#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define OWN_NAME L"windows_test.exe"

static pc_process_result result;
static pc_cause cause = {.size = sizeof cause};

/* A child that sleeps; with `through`, a shell starts it and waits. */
static PROCESS_INFORMATION launch(bool through_shell) {
  wchar_t self[MAX_PATH], line[2 * MAX_PATH];
  PROCESS_INFORMATION child = {0};
  STARTUPINFOW startup = {.cb = sizeof startup};
  GetModuleFileNameW(NULL, self, MAX_PATH);
  (void)swprintf(line, 2 * MAX_PATH, through_shell ? L"cmd.exe /c \"%ls\" sleep" : L"\"%ls\" sleep", self);
  CHECK(CreateProcessW(NULL, line, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL, &startup, &child));
  return child;
}

static pc_process_request request_of(const PROCESS_INFORMATION *child) {
  FILETIME created = {0}, unused[3];
  GetProcessTimes(child->hProcess, &created, &unused[0], &unused[1], &unused[2]);
  return (pc_process_request){.size = sizeof(pc_process_request), .pid = child->dwProcessId,
                              .created = (uint64_t)created.dwHighDateTime << 32 | created.dwLowDateTime};
}

/* A process that is only beginning has no environment yet, and few modules. */
static bool await_begun(const PROCESS_INFORMATION *child) {
  wchar_t name[64];
  HANDLE begun = NULL;
  (void)swprintf(name, 64, BEGUN L"%u", (unsigned)child->dwProcessId);
  for (ULONGLONG until = GetTickCount64() + PATIENCE_MS; begun == NULL && GetTickCount64() < until; Sleep(20)) {
    begun = OpenEventW(SYNCHRONIZE, FALSE, name);
  }
  return begun != NULL && CloseHandle(begun);
}

static void forget(PROCESS_INFORMATION *child) {
  TerminateProcess(child->hProcess, 1);
  CloseHandle(child->hProcess);
  CloseHandle(child->hThread);
}

static bool runs(const PROCESS_INFORMATION *child) { return WaitForSingleObject(child->hProcess, 0) == WAIT_TIMEOUT; }

static void refusals(void) {
  PROCESS_INFORMATION child = launch(false);
  pc_process_request request = request_of(&child);
  result.size = sizeof result;
  request.created += 1;
  CHECK(pc_process_terminate(&request, &result, &cause) == PC_E_IDENTITY);
  CHECK(result.outcome == PC_OUTCOME_NONE && result.facts.created == request.created - 1);
  request.created -= 1;
  request.pid += 2;
  CHECK(pc_process_terminate(&request, &result, &cause) == PC_E_PID);
  request.pid = 4;
  CHECK(pc_process_terminate(&request, &result, &cause) == PC_E_PID);
  request = request_of(&child);
  request.created = 0;
  CHECK(pc_process_terminate(&request, &result, &cause) == PC_E_ARGUMENT);
  request = request_of(&child);
  wchar_t pid[16];
  (void)swprintf(pid, 16, L"%u", (unsigned)request.pid);
  SetEnvironmentVariableW(L"PC_DOUBLE_CRITICAL_PID", pid);
  CHECK(pc_process_terminate(&request, &result, &cause) == PC_E_CRITICAL);
  CHECK(pc_process_suspend(&request, &result, &cause) == PC_E_CRITICAL);
  SetEnvironmentVariableW(L"PC_DOUBLE_CRITICAL_PID", NULL);
  CHECK(runs(&child));
  PROCESS_INFORMATION self = {.hProcess = GetCurrentProcess(), .dwProcessId = GetCurrentProcessId()};
  request = request_of(&self);
  CHECK(pc_process_terminate(&request, &result, &cause) == PC_E_SELF);
  forget(&child);
}

/* A copy of this program with so many bytes behind it, asleep. */
static PROCESS_INFORMATION launch_copy(wchar_t copy[MAX_PATH], LONGLONG bytes) {
  wchar_t self[MAX_PATH], folder[MAX_PATH], line[2 * MAX_PATH];
  PROCESS_INFORMATION child = {0};
  STARTUPINFOW startup = {.cb = sizeof startup};
  GetModuleFileNameW(NULL, self, MAX_PATH);
  GetTempPathW(MAX_PATH, folder);
  GetTempFileNameW(folder, L"pc", 0, copy);
  CHECK(CopyFileW(self, copy, FALSE));
  HANDLE file = CreateFileW(copy, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
  CHECK(SetFilePointerEx(file, (LARGE_INTEGER){.QuadPart = bytes}, NULL, FILE_END) && SetEndOfFile(file));
  CloseHandle(file);
  /* The copy needs the library beside the original. */
  *wcsrchr(self, L'\\') = 0;
  (void)swprintf(line, 2 * MAX_PATH, L"\"%ls\" sleep", copy);
  CHECK(CreateProcessW(copy, line, NULL, NULL, FALSE, CREATE_NO_WINDOW | CREATE_SUSPENDED, NULL, self, &startup, &child));
  return child;
}

/* What is too large to be read while somebody waits has no signature that is known, neither good nor bad. */
static void large_images(void) {
  static const struct {
    LONGLONG bytes;
    uint32_t known;
  } table[] = {{0, PC_KNOW_SIGNATURE}, {256 << 20, 0}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    wchar_t copy[MAX_PATH];
    PROCESS_INFORMATION child = launch_copy(copy, table[i].bytes);
    pc_process_request request = request_of(&child);
    request.flags = PC_ASK_SIGNATURE;
    result.size = sizeof result;
    CHECK(pc_process_query(&request, &result, &cause) == PC_OK && result.facts.known & PC_KNOW_IMAGE);
    CHECK((result.facts.known & PC_KNOW_SIGNATURE) == table[i].known);
    TerminateProcess(child.hProcess, 1);
    WaitForSingleObject(child.hProcess, PATIENCE_MS);
    forget(&child);
    DeleteFileW(copy);
  }
}

static void actions(void) {
  PROCESS_INFORMATION child = launch(false);
  pc_process_request request = request_of(&child);
  result.size = sizeof result;
  CHECK(pc_process_query(&request, &result, &cause) == PC_OK);
  CHECK(result.facts.parent_pid == GetCurrentProcessId());
  CHECK(result.facts.known & PC_KNOW_IMAGE && result.facts.image_path_units > 0);
  CHECK(result.facts.known & PC_KNOW_START_NAME && result.facts.start_name_units == wcslen(OWN_NAME) &&
        _wcsnicmp((const wchar_t *)result.facts.start_name, OWN_NAME, wcslen(OWN_NAME)) == 0);
  CHECK(result.facts.known & PC_KNOW_USER && strncmp(result.facts.user_sid, "S-1-", 4) == 0);
  CHECK(pc_process_suspend(&request, &result, &cause) == PC_OK && result.outcome == PC_OUTCOME_SUSPENDED);
  CHECK(SuspendThread(child.hThread) == 1);
  ResumeThread(child.hThread);
  CHECK(pc_process_query(&request, &result, &cause) == PC_OK);
  CHECK(result.facts.known & PC_KNOW_SUSPENDED && result.facts.is & PC_IS_SUSPENDED);
  CHECK(pc_process_resume(&request, &result, &cause) == PC_OK && result.outcome == PC_OUTCOME_RESUMED);
  CHECK(SuspendThread(child.hThread) == 0);
  ResumeThread(child.hThread);
  CHECK(pc_process_query(&request, &result, &cause) == PC_OK);
  CHECK(result.facts.known & PC_KNOW_SUSPENDED && (result.facts.is & PC_IS_SUSPENDED) == 0);
  request.exit_code = 99;
  CHECK(pc_process_terminate(&request, &result, &cause) == PC_OK);
  CHECK(result.outcome == PC_OUTCOME_TERMINATED && result.exit_code == 99 && !runs(&child));
  CHECK(pc_process_terminate(&request, &result, &cause) == PC_E_EXITED);
  forget(&child);
}

/* The same end in two calls. */
static void endings(void) {
  PROCESS_INFORMATION child = launch(false), left = launch(false), stuck = launch(false);
  pc_process_request request = request_of(&child);
  pc_handle ending = 0, unseen = 0, none = 0;
  result.size = sizeof result;
  request.created += 1;
  CHECK(pc_process_begin_end(&request, &result, &none, &cause) == PC_E_IDENTITY && none == 0 && runs(&child));
  request.created -= 1;
  CHECK(pc_process_begin_end(&request, &result, NULL, &cause) == PC_E_ARGUMENT && runs(&child));
  request.exit_code = 98;
  CHECK(pc_process_begin_end(&request, &result, &ending, &cause) == PC_OK && result.outcome == PC_OUTCOME_PENDING);
  CHECK(result.act_ns > 0 && result.facts.pid == request.pid);
  uint32_t bytes, count;
  static uint8_t buffer[64];
  CHECK(pc_read(ending, buffer, sizeof buffer, 0, &bytes, &count, &cause) == PC_E_HANDLE);
  CHECK(pc_process_await_end(ending, &result, &cause) == PC_OK && result.outcome == PC_OUTCOME_TERMINATED);
  CHECK(result.exit_code == 98 && !runs(&child) && result.total_ns >= result.act_ns);
  CHECK(pc_process_await_end(ending, &result, &cause) == PC_E_HANDLE && pc_close(ending) == PC_E_HANDLE);
  CHECK(pc_process_begin_end(&request, &result, &none, &cause) == PC_E_EXITED && none == 0);
  /* Nobody waits: closing is enough. */
  request = request_of(&left);
  CHECK(pc_process_begin_end(&request, &result, &unseen, &cause) == PC_OK);
  CHECK(pc_close(unseen) == PC_OK && WaitForSingleObject(left.hProcess, PATIENCE_MS) == WAIT_OBJECT_0);
  /* Without a handle to spare nothing is done. */
  pc_handle taken[64];
  uint32_t full = 0;
  static const uint16_t name[] = L"problemchild-cases-full";
  while (full < 64 && pc_log_open(name, 23, &taken[full], &cause) == PC_OK) full++;
  request = request_of(&stuck);
  CHECK(full > 0 && pc_process_begin_end(&request, &result, &none, &cause) == PC_E_MEMORY && runs(&stuck));
  while (full > 0) CHECK(pc_close(taken[--full]) == PC_OK);
  CHECK(pc_process_begin_end(&request, &result, &ending, &cause) == PC_OK);
  CHECK(pc_process_await_end(ending, &result, &cause) == PC_OK);
  forget(&child);
  forget(&left);
  forget(&stuck);
}

static bool stands_still(const pc_tree_member *member) {
  pc_process_request request = {.size = sizeof request, .pid = member->pid, .created = member->created};
  pc_process_result look = {.size = sizeof look};
  CHECK(pc_process_query(&request, &look, &cause) == PC_OK && look.facts.known & PC_KNOW_SUSPENDED);
  return (look.facts.is & PC_IS_SUSPENDED) != 0;
}

static void trees(void) {
  PROCESS_INFORMATION shell = launch(true);
  pc_process_request request = request_of(&shell);
  pc_tree_member members[16];
  uint32_t count = 0;
  int32_t code;
  ULONGLONG until = GetTickCount64() + PATIENCE_MS;
  do { /* until the shell has started its child */
    result.size = sizeof result;
    code = pc_process_tree(&request, &result, members, 16, &count, &cause);
    if (count < 2) Sleep(50);
  } while (count < 2 && GetTickCount64() < until);
  /* A console host may be a child of the shell as well. */
  CHECK(code == PC_OK && count >= 2 && members[1].parent_pid == shell.dwProcessId && members[1].depth == 1);
  HANDLE grandchild = OpenProcess(SYNCHRONIZE, FALSE, members[1].pid);
  wchar_t pid[16];
  (void)swprintf(pid, 16, L"%u", (unsigned)members[1].pid);
  SetEnvironmentVariableW(L"PC_DOUBLE_CRITICAL_PID", pid);
  CHECK(pc_process_terminate_tree(&request, &result, members, 16, &count, &cause) == PC_E_CRITICAL);
  SetEnvironmentVariableW(L"PC_DOUBLE_CRITICAL_PID", NULL);
  CHECK(runs(&shell) && WaitForSingleObject(grandchild, 0) == WAIT_TIMEOUT);
  CHECK(SuspendThread(shell.hThread) == 0); /* resumed again */
  ResumeThread(shell.hThread);
  /* A tree that does not stand still within the looks at it: nobody is ended, nobody stays suspended. */
  SetEnvironmentVariableW(L"PC_DOUBLE_TREE_LOOKS", L"1");
  CHECK(pc_process_terminate_tree(&request, &result, members, 16, &count, &cause) == PC_E_TREE_UNSTABLE);
  SetEnvironmentVariableW(L"PC_DOUBLE_TREE_LOOKS", NULL);
  CHECK(count >= 2 && result.acted == 0 && result.outcome == PC_OUTCOME_NONE);
  for (uint32_t i = 0; i < count; i++) CHECK(members[i].outcome == PC_OUTCOME_NONE && !stands_still(&members[i]));
  CHECK(runs(&shell) && WaitForSingleObject(grandchild, 0) == WAIT_TIMEOUT);
  Sleep(500); /* Wine leaves a thread behind that is ended before it has seen that it goes on */
  CHECK(pc_process_terminate_tree(&request, &result, members, 16, &count, &cause) == PC_OK);
  CHECK(count >= 2 && result.members == count && result.outcome == PC_OUTCOME_TERMINATED);
  CHECK(members[0].depth >= 1 && members[count - 1].depth == 0);
  for (uint32_t i = 0; i < count; i++) {
    CHECK(members[i].outcome == PC_OUTCOME_TERMINATED || members[i].outcome == PC_OUTCOME_GONE);
  }
  CHECK(!runs(&shell) && WaitForSingleObject(grandchild, 0) == WAIT_OBJECT_0);
  CloseHandle(grandchild);
  forget(&shell);
}

static void list(void) {
  static uint64_t buffer[1 << 16];
  uint32_t bytes, count, found = 0;
  CHECK(pc_process_list(buffer, 64, &bytes, &count, &cause) == PC_E_BUFFER && bytes > 64);
  CHECK(pc_process_list(buffer, sizeof buffer, &bytes, &count, &cause) == PC_OK && count > 1);
  for (uint32_t at = 0; at < bytes; at += *(const uint32_t *)((const uint8_t *)buffer + at)) {
    found += u32_of((const uint8_t *)buffer + at, PC_FIELD_PID) == GetCurrentProcessId();
  }
  CHECK(found == 1);
}

static bool holds_text(const uint16_t *text, uint32_t units, const wchar_t *wanted) {
  uint32_t length = (uint32_t)wcslen(wanted);
  for (uint32_t at = 0; at + length <= units; at++) {
    if (memcmp(text + at, wanted, length * sizeof *wanted) == 0) return true;
  }
  return false;
}

static void looks(void) {
  static uint16_t text[1 << 16];
  static uint64_t buffer[1 << 15];
  uint32_t units, cut, bytes, count, found;
  SetEnvironmentVariableW(L"PC_LOOK", L"seen by its parent");
  PROCESS_INFORMATION child = launch(false);
  SetEnvironmentVariableW(L"PC_LOOK", NULL);
  pc_process_request request = request_of(&child);
  CHECK(await_begun(&child));
  CHECK(pc_process_modules(&request, buffer, sizeof buffer, &bytes, &count, &found, &cause) == PC_OK);
  CHECK(pc_process_environment(&request, text, 1 << 16, &units, &cut, &cause) == PC_OK && cut == 0);
  CHECK(units > 0 && text[units - 1] == 0 && holds_text(text, units, L"PC_LOOK=seen by its parent"));
  uint32_t whole = units;
  CHECK(pc_process_environment(&request, text, whole + 1, &units, &cut, &cause) == PC_OK && units == whole && cut == 0);
  CHECK(pc_process_environment(&request, text, whole, &units, &cut, &cause) == PC_OK && units == whole && cut == 1);
  CHECK(pc_process_environment(&request, text, 3, &units, &cut, &cause) == PC_OK && units == 3 && cut == 1);
  CHECK(count == found && found > 2 && bytes > 0);
  CHECK(pc_process_modules(&request, buffer, 600, &bytes, &count, &found, &cause) == PC_OK);
  CHECK(count < found && bytes <= 600);

  request.created--;
  CHECK(pc_process_environment(&request, text, 1 << 16, &units, &cut, &cause) == PC_E_IDENTITY && units == 0);
  CHECK(pc_process_modules(&request, buffer, sizeof buffer, &bytes, &count, &found, &cause) == PC_E_IDENTITY);
  request.created = 0;
  CHECK(pc_process_environment(&request, text, 1 << 16, &units, &cut, &cause) == PC_E_ARGUMENT);
  request = request_of(&child);
  TerminateProcess(child.hProcess, 1);
  WaitForSingleObject(child.hProcess, PATIENCE_MS);
  CHECK(pc_process_environment(&request, text, 1 << 16, &units, &cut, &cause) == PC_E_EXITED);
  CHECK(pc_process_modules(&request, buffer, sizeof buffer, &bytes, &count, &found, &cause) == PC_E_EXITED);
  forget(&child);
}

void process_cases(void) {
  refusals();
  large_images();
  actions();
  endings();
  trees();
  list();
  looks();
}

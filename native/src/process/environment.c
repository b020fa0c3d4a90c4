/* The environment of a process, from its own memory: it may have changed it since its start. */
#include "inspect.h"

#include "../base/cause.h"
#include "facts.h"
#include "nt.h"

#include <stdbool.h>
#include <string.h>

enum { BASIC_INFORMATION = 0, WOW64_INFORMATION = 26, PAGE_BYTES = 4096 };

_Static_assert(sizeof(void *) == 8, "the offsets of the 64-bit PEB below are those of this library");

typedef struct basic_information {
  PVOID exit_status;
  uint64_t peb;
  ULONG_PTR affinity, base_priority, pid, parent_pid;
} basic_information;

/* Where PEB.ProcessParameters and RTL_USER_PROCESS_PARAMETERS.Environment are, the same since Windows XP. */
typedef struct layout {
  uint32_t pointer_bytes, parameters, environment;
} layout;
static const layout native_layout = {8, 0x20, 0x80}, wow64_layout = {4, 0x10, 0x48};

int32_t pc_open_for_look(const pc_process_request *request, HANDLE *process, pc_cause *cause) {
  pc_process_facts facts = {.size = sizeof facts};
  if (request == NULL || request->size < sizeof *request || request->created == 0) return PC_E_ARGUMENT;
  DWORD rights = PROCESS_QUERY_INFORMATION | PROCESS_VM_READ | SYNCHRONIZE;
  int32_t code = pc_process_open(request->pid, rights, process, cause);
  if (code != PC_OK) return code;
  code = pc_facts_read_vital(*process, request->pid, &facts, cause);
  if (code == PC_OK) code = pc_facts_identify(&facts, request->created, request->tolerance);
  if (code == PC_OK && facts.is & PC_IS_EXITING) code = PC_E_EXITED;
  if (code != PC_OK) CloseHandle(*process);
  else pc_cause_clear(cause);
  return code;
}

static bool read_memory(HANDLE process, uint64_t from, void *to, size_t bytes) {
  SIZE_T got = 0;
  return ReadProcessMemory(process, (const void *)(uintptr_t)from, to, bytes, &got) && got == bytes;
}

static bool read_pointer(HANDLE process, const layout *of, uint64_t from, uint64_t *pointer) {
  *pointer = 0;
  return read_memory(process, from, pointer, of->pointer_bytes) && *pointer != 0;
}

static bool find_environment(HANDLE process, uint64_t *environment) {
  const pc_nt *nt = pc_nt_functions();
  const layout *of = &wow64_layout;
  basic_information basic;
  uint64_t peb = 0, parameters;
  /* A 32-bit process has a PEB of its own, and that is the one it uses. */
  if (nt->query_process(process, WOW64_INFORMATION, &peb, sizeof peb, NULL) < 0) peb = 0;
  if (peb == 0) {
    if (nt->query_process(process, BASIC_INFORMATION, &basic, sizeof basic, NULL) < 0) return false;
    of = &native_layout;
    peb = basic.peb;
  }
  return read_pointer(process, of, peb + of->parameters, &parameters) &&
         read_pointer(process, of, parameters + of->environment, environment);
}

/* Units up to and without the empty entry that ends the block; `most` when it has none. */
static uint32_t find_end(const uint16_t *text, uint32_t most) {
  if (most > 0 && text[0] == 0) return 0;
  for (uint32_t i = 1; i < most; i++) {
    if (text[i] == 0 && text[i - 1] == 0) return i;
  }
  return most;
}

int32_t pc_process_environment(const pc_process_request *request, uint16_t *text, uint32_t capacity, uint32_t *units,
                               uint32_t *cut, pc_cause *cause) {
  HANDLE process;
  uint64_t at;
  pc_cause_clear(cause);
  if (text == NULL || capacity == 0 || units == NULL || cut == NULL) return PC_E_ARGUMENT;
  *units = *cut = 0;
  int32_t code = pc_open_for_look(request, &process, cause);
  if (code != PC_OK) return code;
  if (!find_environment(process, &at) || at % sizeof *text != 0) {
    code = pc_fail_last(cause, "ReadProcessMemory");
    CloseHandle(process);
    return code == PC_OK ? PC_E_SYSTEM : code;
  }
  /* Page by page: the block may end on the last one that is there. Its own size is not asked for, since the
     process can write what it likes there. */
  uint32_t have = 0, end = 0;
  while (have < capacity && end == have) {
    uint32_t page_units = (uint32_t)(PAGE_BYTES - (at + (uint64_t)have * sizeof *text) % PAGE_BYTES) / sizeof *text;
    uint32_t wanted = page_units < capacity - have ? page_units : capacity - have;
    if (!read_memory(process, at + (uint64_t)have * sizeof *text, text + have, (size_t)wanted * sizeof *text)) break;
    have += wanted;
    end = find_end(text, have);
  }
  if (have == 0) code = pc_fail_last(cause, "ReadProcessMemory");
  CloseHandle(process);
  *units = end;
  *cut = have > 0 && end == have;
  return code;
}

#include "snapshot.h"

#include "../base/cause.h"
#include "nt.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SYSTEM_PROCESS_INFORMATION = 5, FIRST_BYTES = 1 << 19, MOST_BYTES = 1 << 26, TRIES = 8 };
enum { THREAD_WAITING = 5, WAIT_SUSPENDED = 5 };

/* SYSTEM_PROCESS_INFORMATION and its threads, as winternl.h names but does not fully declare them. */
typedef struct process_entry {
  ULONG next_offset, thread_count;
  LARGE_INTEGER reserved[3], created, user_time, kernel_time;
  struct {
    USHORT bytes, capacity;
    const uint16_t *text;
  } name;
  LONG base_priority;
  HANDLE pid, parent_pid;
  ULONG handle_count, session_id;
  ULONG_PTR reserved2;
  SIZE_T memory[12];
  LARGE_INTEGER io[6];
} process_entry;

typedef struct thread_entry {
  LARGE_INTEGER times[3];
  ULONG wait_time;
  PVOID start;
  HANDLE pid, tid;
  LONG priority, base_priority;
  ULONG switches, state, wait_reason;
} thread_entry;

/* The threads follow their process without a gap, and Wine tells nothing of their states: a wrong size would be seen
   on Windows only, where nothing would ever be found suspended. */
_Static_assert(offsetof(process_entry, pid) == 0x50 && offsetof(process_entry, session_id) == 0x64, "process_entry");
_Static_assert(offsetof(process_entry, memory) == 0x70 && sizeof(process_entry) == 0x100, "process_entry");
_Static_assert(offsetof(thread_entry, tid) == 0x30 && offsetof(thread_entry, state) == 0x44 && sizeof(thread_entry) == 0x50,
               "thread_entry");

int32_t pc_snapshot_take(pc_snapshot *snapshot, pc_cause *cause) {
  const pc_nt *nt = pc_nt_functions();
  memset(snapshot, 0, sizeof *snapshot);
  if (nt == NULL) return PC_E_UNSUPPORTED;
  ULONG bytes = FIRST_BYTES;
  LONG status = PC_STATUS_INFO_LENGTH_MISMATCH;
  for (int i = 0; i < TRIES && bytes <= MOST_BYTES; i++) {
    ULONG needed = 0;
    void *memory = realloc(snapshot->memory, bytes);
    if (memory == NULL) {
      pc_snapshot_free(snapshot);
      return PC_E_MEMORY;
    }
    snapshot->memory = memory;
    status = nt->query_system(SYSTEM_PROCESS_INFORMATION, memory, bytes, &needed);
    if (status != PC_STATUS_INFO_LENGTH_MISMATCH) break;
    bytes = (needed > bytes ? needed : bytes) + FIRST_BYTES; /* processes may have come meanwhile */
  }
  if (status < 0) {
    pc_snapshot_free(snapshot);
    return pc_fail_status(cause, "NtQuerySystemInformation", status);
  }
  snapshot->bytes = bytes;
  snapshot->at = snapshot->memory;
  return PC_OK;
}

static bool all_suspended(const process_entry *process) {
  const thread_entry *threads = (const thread_entry *)(process + 1);
  for (ULONG i = 0; i < process->thread_count; i++) {
    if (threads[i].state != THREAD_WAITING || threads[i].wait_reason != WAIT_SUSPENDED) return false;
  }
  return process->thread_count > 0;
}

bool pc_snapshot_next(pc_snapshot *snapshot, pc_snapshot_entry *entry) {
  if (snapshot->at == NULL) return false;
  const process_entry *process = (const process_entry *)(const void *)snapshot->at;
  entry->pid = (uint32_t)(uintptr_t)process->pid;
  entry->parent_pid = (uint32_t)(uintptr_t)process->parent_pid;
  entry->session_id = process->session_id;
  entry->created = (uint64_t)process->created.QuadPart;
  entry->suspended = all_suspended(process);
  entry->name = process->name.text;
  entry->name_units = process->name.text != NULL ? process->name.bytes / 2u : 0;
  snapshot->at = process->next_offset != 0 ? snapshot->at + process->next_offset : NULL;
  return true;
}

void pc_snapshot_free(pc_snapshot *snapshot) {
  free(snapshot->memory);
  snapshot->memory = NULL;
  snapshot->at = NULL;
}

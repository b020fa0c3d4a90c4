/* Every process at one moment, as the kernel lists them. */
#ifndef PC_PROCESS_SNAPSHOT_H
#define PC_PROCESS_SNAPSHOT_H

#include "problemchild.h"

#include <stdbool.h>

typedef struct pc_snapshot_entry {
  uint32_t pid, parent_pid, session_id;
  uint64_t created;
  bool suspended;          /* every thread waits because it is suspended */
  const uint16_t *name;    /* file name, not terminated */
  uint32_t name_units;
} pc_snapshot_entry;

typedef struct pc_snapshot {
  void *memory;
  uint32_t bytes;
  const uint8_t *at; /* next entry, NULL after the last */
} pc_snapshot;

int32_t pc_snapshot_take(pc_snapshot *snapshot, pc_cause *cause);
bool pc_snapshot_next(pc_snapshot *snapshot, pc_snapshot_entry *entry);
void pc_snapshot_free(pc_snapshot *snapshot);

#endif

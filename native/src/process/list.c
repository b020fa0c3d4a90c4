#include "../base/cause.h"
#include "../stream/record.h"
#include "../stream/sync.h"
#include "snapshot.h"

static uint32_t write_entry(const pc_snapshot_entry *entry, uint64_t now, void *to, uint32_t room) {
  pc_record_writer writer;
  pc_record_begin(&writer, to, room, PC_RECORD_PROCESS_RUNNING, now);
  pc_record_u32(&writer, PC_FIELD_PID, entry->pid);
  pc_record_u32(&writer, PC_FIELD_PARENT_PID, entry->parent_pid);
  pc_record_u32(&writer, PC_FIELD_SESSION_ID, entry->session_id);
  pc_record_filetime(&writer, PC_FIELD_CREATE_TIME, entry->created);
  pc_record_text(&writer, PC_FIELD_IMAGE_NAME, entry->name, entry->name_units);
  pc_record_u32(&writer, PC_FIELD_ORIGINS, PC_ORIGIN_PROCESS);
  return pc_record_end(&writer);
}

/* Fixed fields and a name of at most 260 units; what does not fit is told by this estimate. */
enum { LARGEST_ENTRY_BYTES = 32 + 6 * 16 + 8 + 2 * 260 + 8 };

int32_t pc_process_list(void *buffer, uint32_t capacity, uint32_t *bytes, uint32_t *count, pc_cause *cause) {
  pc_cause_clear(cause);
  if (buffer == NULL || bytes == NULL || count == NULL) return PC_E_ARGUMENT;
  pc_snapshot snapshot;
  pc_snapshot_entry entry;
  uint64_t now = pc_filetime_now();
  uint32_t used = 0, written = 0, needed = 0;
  *bytes = *count = 0;
  int32_t code = pc_snapshot_take(&snapshot, cause);
  if (code != PC_OK) return code;
  while (pc_snapshot_next(&snapshot, &entry)) {
    needed += LARGEST_ENTRY_BYTES;
    uint32_t size = write_entry(&entry, now, (uint8_t *)buffer + used, capacity - used);
    if (size == 0) code = PC_E_BUFFER;
    used += size;
    written++;
  }
  pc_snapshot_free(&snapshot);
  *bytes = code == PC_OK ? used : needed;
  *count = code == PC_OK ? written : 0;
  return code;
}

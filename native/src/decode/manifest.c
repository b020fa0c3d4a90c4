#include "process_event.h"

#include "problemchild.h"

#include <string.h>

enum { EVENT_START = 1, EVENT_STOP = 2, EVENT_RUNDOWN = 15 };
enum { NEWEST_START = 5, NEWEST_STOP = 2, NEWEST_RUNDOWN = 3 };
/* Rundown version n has the layout of start version n + 2. */
enum { RUNDOWN_TO_START = 2 };

static void begin(pc_process_event *event, pc_event_kind kind, const pc_event_header *header) {
  memset(event, 0, sizeof *event);
  event->kind = kind;
  event->classic_version = PC_NO_VERSION;
  event->manifest_version = header->version;
  event->origins = PC_ORIGIN_MANIFEST;
  event->stamp = header->stamp;
}

static bool take_start(pc_cursor *cursor, uint8_t layout, pc_process_event *event) {
  event->has |= PC_HAS_PARENT | PC_HAS_SESSION | PC_HAS_CREATED;
  event->pid = pc_take_u32(cursor);
  if (layout >= 3) event->sequence = pc_take_u64(cursor);
  event->created = pc_take_u64(cursor);
  event->parent_pid = pc_take_u32(cursor);
  if (layout >= 3) {
    event->parent_sequence = pc_take_u64(cursor);
    event->has |= PC_HAS_SEQUENCE;
  }
  event->session_id = pc_take_u32(cursor);
  if (layout >= 1) {
    event->flags = pc_take_u32(cursor);
    event->has |= PC_HAS_FLAGS;
  }
  if (layout >= 3) {
    event->elevation_type = pc_take_u32(cursor);
    event->elevated = pc_take_u32(cursor);
    event->label_sid = pc_take_sid(cursor);
    event->has |= PC_HAS_ELEVATION_TYPE | PC_HAS_ELEVATED;
  }
  event->image_nt_path = pc_take_utf16z(cursor);
  if (layout >= 2) {
    pc_take_skip(cursor, 8); /* ImageChecksum, TimeDateStamp */
    event->package = pc_take_utf16z(cursor);
    event->application_id = pc_take_utf16z(cursor);
  }
  if (layout >= 4) pc_take_skip(cursor, 4); /* SecurityMitigations */
  if (layout >= 5) pc_take_skip(cursor, 6); /* PartitionID u32, ProcessMachine u16 */
  return cursor->ok;
}

static bool take_stop(pc_cursor *cursor, uint8_t version, pc_process_event *event) {
  event->has |= PC_HAS_CREATED | PC_HAS_EXIT_STATUS | PC_HAS_ELEVATION_TYPE;
  event->pid = pc_take_u32(cursor);
  if (version >= 2) {
    event->sequence = pc_take_u64(cursor);
    event->has |= PC_HAS_SEQUENCE;
  }
  event->created = pc_take_u64(cursor);
  pc_take_skip(cursor, 8); /* ExitTime */
  event->exit_status = pc_take_u32(cursor);
  event->elevation_type = pc_take_u32(cursor);
  pc_take_skip(cursor, 4 + 8 + 8); /* HandleCount, CommitCharge, CommitPeak */
  if (version >= 1) pc_take_skip(cursor, 8 + 5 * 4); /* CPUCycleCount and five I/O counts */
  event->image_name = pc_take_bytesz(cursor);
  return cursor->ok;
}

pc_decoded pc_decode_manifest(const pc_event_header *header, const void *payload, uint32_t bytes,
                              pc_process_event *event) {
  pc_cursor cursor = pc_cursor_over(payload, bytes);
  bool whole;
  switch (header->id) {
    case EVENT_START:
      if (header->version > NEWEST_START) return PC_DECODED_VERSION;
      begin(event, PC_EVENT_START, header);
      whole = take_start(&cursor, header->version, event);
      break;
    case EVENT_STOP:
      if (header->version > NEWEST_STOP) return PC_DECODED_VERSION;
      begin(event, PC_EVENT_END, header);
      whole = take_stop(&cursor, header->version, event);
      break;
    case EVENT_RUNDOWN:
      if (header->version > NEWEST_RUNDOWN) return PC_DECODED_VERSION;
      begin(event, PC_EVENT_RUNNING, header);
      whole = take_start(&cursor, (uint8_t)(header->version + RUNDOWN_TO_START), event);
      break;
    default: return PC_DECODED_OTHER;
  }
  return whole ? PC_DECODED_EVENT : PC_DECODED_MALFORMED;
}

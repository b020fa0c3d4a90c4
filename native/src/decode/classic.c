#include "process_event.h"

#include "problemchild.h"

#include <string.h>

enum { OPCODE_START = 1, OPCODE_END = 2, OPCODE_RUNNING = 3, NEWEST_VERSION = 4 };

static bool kind_of_opcode(uint8_t opcode, pc_event_kind *kind) {
  switch (opcode) {
    case OPCODE_START: *kind = PC_EVENT_START; return true;
    case OPCODE_END: *kind = PC_EVENT_END; return true;
    case OPCODE_RUNNING: *kind = PC_EVENT_RUNNING; return true;
    default: return false;
  }
}

pc_decoded pc_decode_classic(const pc_event_header *header, const void *payload, uint32_t bytes,
                             pc_process_event *event) {
  pc_event_kind kind;
  if (!kind_of_opcode(header->opcode, &kind)) return PC_DECODED_OTHER;
  uint8_t version = header->version;
  if (version > NEWEST_VERSION) return PC_DECODED_VERSION;

  memset(event, 0, sizeof *event);
  event->kind = kind;
  event->classic_version = version;
  event->manifest_version = PC_NO_VERSION;
  event->origins = PC_ORIGIN_CLASSIC;
  event->stamp = header->stamp;
  event->has = PC_HAS_PARENT;

  pc_cursor cursor = pc_cursor_over(payload, bytes);
  /* v1 PageDirectoryBase, v2 and later UniqueProcessKey: kernel addresses, reused, no identity. */
  if (version >= 1) (void)pc_take_pointer(&cursor, header->wide);
  /* v0 alone writes the ids at pointer width. */
  event->pid = (uint32_t)pc_take_pointer(&cursor, header->wide && version == 0);
  event->parent_pid = (uint32_t)pc_take_pointer(&cursor, header->wide && version == 0);
  if (version >= 1) {
    event->session_id = pc_take_u32(&cursor);
    event->exit_status = pc_take_u32(&cursor);
    event->has |= PC_HAS_SESSION;
    /* A running process carries STILL_ACTIVE or whatever was there: only an end's status is one. */
    if (kind == PC_EVENT_END) event->has |= PC_HAS_EXIT_STATUS;
  }
  if (version >= 3) (void)pc_take_pointer(&cursor, header->wide); /* DirectoryTableBase */
  if (version >= 4) {
    event->flags = pc_take_u32(&cursor);
    event->has |= PC_HAS_FLAGS;
  }
  event->user_sid = pc_take_wbem_sid(&cursor, header->wide);
  event->image_name = pc_take_bytesz(&cursor);
  if (version >= 2) event->command_line = pc_take_utf16z(&cursor);
  if (version >= 4) {
    event->package = pc_take_utf16z(&cursor);
    event->application_id = pc_take_utf16z(&cursor);
  }
  return cursor.ok ? PC_DECODED_EVENT : PC_DECODED_MALFORMED;
}

/* What the two ETW providers say about a process, decoded by event version. */
#ifndef PC_DECODE_PROCESS_EVENT_H
#define PC_DECODE_PROCESS_EVENT_H

#include "text.h"

typedef enum pc_event_kind { PC_EVENT_START = 1, PC_EVENT_END = 2, PC_EVENT_RUNNING = 3 } pc_event_kind;

enum { PC_NO_VERSION = 0xff };

/* Which numbers the event carries; texts say so by themselves (at != NULL). */
enum {
  PC_HAS_PARENT = 0x1,
  PC_HAS_SESSION = 0x2,
  PC_HAS_CREATED = 0x4,
  PC_HAS_SEQUENCE = 0x8, /* with parent_sequence, except on ends */
  PC_HAS_ELEVATION_TYPE = 0x10,
  PC_HAS_ELEVATED = 0x20,
  PC_HAS_EXIT_STATUS = 0x40,
  PC_HAS_FLAGS = 0x80
};

typedef struct pc_process_event {
  pc_event_kind kind;
  uint8_t classic_version;  /* PC_NO_VERSION unless the classic event is part of it */
  uint8_t manifest_version;
  uint32_t origins;         /* PC_ORIGIN_ */
  uint32_t has;             /* PC_HAS_ */
  uint64_t stamp;           /* FILETIME of the event itself */
  uint32_t pid;
  uint32_t parent_pid;
  uint32_t session_id;
  uint32_t exit_status;
  uint32_t flags;
  uint32_t elevation_type;
  uint32_t elevated;
  uint64_t created;
  uint64_t sequence;
  uint64_t parent_sequence;
  pc_span image_name;       /* 8-bit, file name only */
  pc_span image_nt_path;    /* UTF-16 */
  pc_span command_line;     /* UTF-16 */
  pc_span user_sid;         /* binary */
  pc_span label_sid;        /* binary */
  pc_span package;          /* UTF-16 */
  pc_span application_id;   /* UTF-16 */
} pc_process_event;

typedef enum pc_decoded {
  PC_DECODED_EVENT,    /* *event is filled, its spans point into the payload */
  PC_DECODED_OTHER,    /* an event of this provider that we have no use for */
  PC_DECODED_VERSION,  /* ours, in a version whose layout is unknown */
  PC_DECODED_MALFORMED /* the payload is too short or contradicts its layout */
} pc_decoded;

/* The part of an ETW event header that decoders need. */
typedef struct pc_event_header {
  uint16_t id;      /* manifest events */
  uint8_t opcode;   /* classic events */
  uint8_t version;
  bool wide;        /* written by a 64-bit kernel */
  uint64_t stamp;
} pc_event_header;

/*
 * Classic Process_TypeGroup1 of {3d6fa8d0-fe05-11d0-9dda-00c04fd7ba7c}: opcodes 1 start, 2 end,
 * 3 already running; versions 0 to 4. Layouts: MOF of "Windows Kernel Trace".
 */
pc_decoded pc_decode_classic(const pc_event_header *header, const void *payload, uint32_t bytes,
                             pc_process_event *event);

/*
 * Microsoft-Windows-Kernel-Process: event 1 start v0 to v5, 2 stop v0 to v2, 15 rundown v0 to v3.
 * Layouts: the provider's manifest.
 */
pc_decoded pc_decode_manifest(const pc_event_header *header, const void *payload, uint32_t bytes,
                              pc_process_event *event);

/* One allocation holding the event and its texts; free() it. NULL when out of memory. */
pc_process_event *pc_event_clone(const pc_process_event *event);

/* Adds to *event what *other knows and it does not; spans still point where they pointed. The
   manifest event's stamp wins (it is the one that follows the kernel's creation time). */
void pc_event_merge(pc_process_event *event, const pc_process_event *other);

/* The classic provider's cap on a command line. A line of this length may have been cut. */
enum { PC_CLASSIC_LINE_UNITS = 1024 };

/* Whether the live process must be asked for its command line: there is none from the kernel, or
   it is as long as the cap. */
bool pc_line_is_wanted(const pc_process_event *event);

typedef struct pc_line_choice {
  pc_span line;
  uint32_t from; /* PC_LINE_ */
} pc_line_choice;

/*
 * The classic line, unless it sits at the cap and is a true prefix of the live one; the live line
 * when there is no classic one. A live line that differs is not believed: the process can rewrite
 * its own memory. line.at is NULL when neither exists.
 */
pc_line_choice pc_line_choose(pc_span classic, pc_span live);

#endif

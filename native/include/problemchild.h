/*
 * problemchild.dll: the agent's eyes and hands on Windows, as one flat C interface.
 *
 * Rules that hold for every function:
 *  - It returns one code of the PC_E_ table (PC_OK is 0). A system call's own error goes to *cause.
 *    `cause` is always the last parameter, may be NULL, and belongs to the call, not to a thread:
 *    a call made on a pool thread keeps its cause.
 *  - Every struct starts with `size`; the caller sets it to sizeof(struct). A smaller size than the
 *    library knows is refused with PC_E_ARGUMENT, so an old caller never gets its memory overrun.
 *  - All layouts use natural alignment, no pointers inside, little endian: a caller may build them
 *    from a plain byte buffer. The offset of each member is noted as [n].
 *  - Strings go in as UTF-16 plus a length in 16-bit units (no terminator needed). They come out as
 *    UTF-16 with a length, or as ASCII with a terminator (`char` members).
 *  - Handles are numbers, never pointers; a closed or invented one gives PC_E_HANDLE.
 *  - There are no callbacks. Threads of the library never call into the caller.
 *  - Every function may be called from any thread; pc_close wakes and waits for calls in progress.
 *  - Times are FILETIMEs: 100 ns units since 1601-01-01 UTC.
 */
#ifndef PROBLEMCHILD_H
#define PROBLEMCHILD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) && defined(PC_BUILDING_DLL)
#define PC_API __declspec(dllexport)
#else
#define PC_API
#endif

/* Major changes break callers, minor ones add functions or record fields. */
#define PC_ABI_MAJOR 2u
#define PC_ABI_MINOR 0u

/* ------------------------------------------------------------------ codes */

enum {
  PC_OK = 0,
  PC_TIMEOUT = 1, /* nothing arrived in time; not an error */
  PC_ENDED = 2,   /* source stopped and everything was read; not an error */
  PC_E_ARGUMENT = 16,      /* NULL, wrong struct size, value out of range */
  PC_E_HANDLE = 17,        /* unknown or closed handle, or one of another kind */
  PC_E_MEMORY = 18,        /* out of memory, or out of handles */
  PC_E_BUFFER = 19,        /* buffer too small; nothing consumed, *bytes says what is needed */
  PC_E_ACCESS = 20,        /* access denied; cause says by what */
  PC_E_NOT_FOUND = 21,     /* no such process, file, channel */
  PC_E_UNSUPPORTED = 22,   /* this Windows has no such function */
  PC_E_STATE = 23,         /* not now: service not started, started twice */
  PC_E_SYSTEM = 24,        /* a system call failed in another way; cause says how */
  PC_E_NOT_A_SERVICE = 25, /* the process was not started by the service controller */
  PC_E_CHANNEL_DISABLED = 26,
  PC_E_OWNER = 27,         /* it belongs to somebody who could not have made what was looked for */
  /* Process control: refusals; nothing was done. */
  PC_E_PID = 32,           /* 0, 4, or not divisible by 4 */
  PC_E_IDENTITY = 33,      /* the pid belongs to a process created at another time */
  PC_E_CRITICAL = 34,      /* ending it would stop the machine */
  PC_E_PROTECTED = 35,     /* any protection level */
  PC_E_SELF = 36,          /* the calling process, or one of its ancestors inside a tree */
  PC_E_EXITED = 37,        /* already ended, or ending */
  PC_E_UNVERIFIABLE = 38,  /* critical flag, protection or creation time could not be read */
  PC_E_TREE_UNSTABLE = 39, /* new members kept appearing; all resumed again */
  PC_E_TREE_LIMIT = 40,    /* more members than allowed; all resumed again */
  PC_E_NOT_ENDED = 41,     /* told to end, still there after the timeout */
  PC_E_PARTIAL = 42        /* some members of the tree could not be acted on; see members */
};

/* Where a cause's value is from. */
enum { PC_CAUSE_NONE = 0, PC_CAUSE_WIN32 = 1, PC_CAUSE_NTSTATUS = 2, PC_CAUSE_HRESULT = 3 };

/* 64 bytes */
typedef struct pc_cause {
  uint32_t size;  /* [0] */
  uint32_t kind;  /* [4] PC_CAUSE_ */
  uint32_t value; /* [8] GetLastError, NTSTATUS or HRESULT */
  uint32_t reserved; /* [12] */
  char api[48];   /* [16] the system function that failed, ASCII, terminated */
} pc_cause;

typedef uint64_t pc_handle;

/* (PC_ABI_MAJOR << 16) | PC_ABI_MINOR of the library. Callers refuse another major. */
PC_API uint32_t pc_abi_version(void);

/* Bit 0: built with the test seam (system functions may come from doubles). Never in a release. */
#define PC_BUILD_TEST_SEAM 0x1u
PC_API uint32_t pc_build_flags(void);

/* The name of a code, "PC_E_…", ASCII, static; "PC_E_?" for an unknown one. */
PC_API const char *pc_code_name(int32_t code);

/* ---------------------------------------------------------------- records */

/*
 * A batch is records one after the other. A record is this header (32 bytes), then `field_count`
 * fields; each field is a field header (8 bytes), then `length` bytes, then zeros to a multiple
 * of 8. `size` counts everything. Skip kinds and fields you do not know.
 */
typedef struct pc_record {
  uint32_t size;        /* [0] bytes of the whole record, multiple of 8 */
  uint16_t kind;        /* [4] PC_RECORD_ */
  uint16_t version;     /* [6] of the layout of this kind, now 1 */
  uint64_t sequence;    /* [8] per source, from 1; a jump shows records dropped in between */
  uint64_t filetime;    /* [16] time of the event */
  uint16_t field_count; /* [24] */
  uint16_t reserved;    /* [26] */
  uint32_t arrival_us;  /* [28] microseconds from the event's time to its entry into the ring, capped */
} pc_record;

typedef struct pc_field {
  uint16_t id;        /* [0] PC_FIELD_ */
  uint8_t type;       /* [2] PC_TYPE_ */
  uint8_t provenance; /* [3] PC_CAPTURED … */
  uint32_t length;    /* [4] bytes of the value, without padding */
} pc_field;

enum {
  PC_RECORD_PROCESS_START = 1,
  PC_RECORD_PROCESS_END = 2,
  PC_RECORD_PROCESS_RUNNING = 3, /* ran before the source started: seeds tables, never alerts */
  PC_RECORD_WINEVENT = 4,        /* one event-log record, fields by name */
  PC_RECORD_MODULE = 5,          /* one image mapped into a process, of pc_process_modules */
  PC_RECORD_EVENT_XML = 6,       /* one event-log record as its XML, of pc_eventlog_query */
  /* Control records: about the source itself. Not counted as decoded or delivered. */
  PC_RECORD_BOOKMARK = 16,        /* everything before it in the stream is covered by it */
  PC_RECORD_SESSION_STOPPED = 17, /* somebody stopped our ETW session; SESSION_NAME, CAUSE */
  PC_RECORD_SESSION_STARTED = 18, /* started (again); filetime of the stop in SINCE, or absent */
  PC_RECORD_LOSS = 19,            /* ETW lost events: LOST_EVENTS, LOST_BUFFERS since the last such record */
  PC_RECORD_GAP = 20,             /* event-log records overwritten before they were read: GAP_RECORDS */
  PC_RECORD_SOURCE_ERROR = 21     /* the source failed and tries again by itself: CAUSE, API */
};

enum {
  PC_TYPE_U32 = 1,
  PC_TYPE_U64 = 2,
  PC_TYPE_FILETIME = 3, /* 8 bytes */
  PC_TYPE_UTF16 = 4,    /* not terminated; may hold lone surrogates and NULs */
  PC_TYPE_BYTES = 5,
  PC_TYPE_NAMED = 6     /* u32 bytes of the name, the name, then the value: both UTF-16 */
};

enum {
  PC_CAPTURED = 1,
  PC_ABSENT = 2,  /* the source has no such fact (no version resource, no command line) */
  PC_FAILED = 3,  /* it should be there and could not be read */
  PC_SKIPPED = 4  /* not asked for, or left out because the source had fallen behind */
};

enum {
  /* Process records. A field whose provenance is not PC_CAPTURED has length 0. */
  PC_FIELD_PID = 1,              /* u32 */
  PC_FIELD_PARENT_PID = 2,       /* u32 */
  PC_FIELD_SESSION_ID = 3,       /* u32, terminal session */
  PC_FIELD_CREATE_TIME = 4,      /* FILETIME as the kernel keeps it; else use the record's time */
  PC_FIELD_IMAGE_PATH = 5,       /* UTF-16, C:\… */
  PC_FIELD_IMAGE_NT_PATH = 6,    /* UTF-16, \Device\HarddiskVolume… */
  PC_FIELD_IMAGE_NAME = 7,       /* UTF-16, file name only, widened from 8-bit by the system code page */
  PC_FIELD_COMMAND_LINE = 8,     /* UTF-16 */
  PC_FIELD_COMMAND_LINE_FROM = 9,/* u32, PC_LINE_ */
  PC_FIELD_USER_SID = 10,        /* UTF-16, S-1-… */
  PC_FIELD_USER_NAME = 11,       /* UTF-16 */
  PC_FIELD_USER_DOMAIN = 12,     /* UTF-16 */
  PC_FIELD_MANDATORY_LABEL = 13, /* UTF-16, S-1-16-… */
  PC_FIELD_ELEVATED = 14,        /* u32 0 or 1 */
  PC_FIELD_ELEVATION_TYPE = 15,  /* u32 1 default, 2 full, 3 limited */
  PC_FIELD_LOGON_ID = 16,        /* u64 */
  PC_FIELD_SEQUENCE = 17,        /* u64, ProcessSequenceNumber: never reused within a boot */
  PC_FIELD_PARENT_SEQUENCE = 18, /* u64 */
  PC_FIELD_EXIT_STATUS = 19,     /* u32 */
  PC_FIELD_PROCESS_FLAGS = 20,   /* u32, the kernel's */
  PC_FIELD_PACKAGE = 21,         /* UTF-16, package full name */
  PC_FIELD_APPLICATION_ID = 22,  /* UTF-16 */
  PC_FIELD_SHA256 = 23,          /* 32 bytes */
  PC_FIELD_ORIGINAL_NAME = 24,   /* UTF-16, version resource OriginalFilename */
  PC_FIELD_COMPANY = 25,         /* UTF-16 */
  PC_FIELD_DESCRIPTION = 26,     /* UTF-16 */
  PC_FIELD_PRODUCT = 27,         /* UTF-16 */
  PC_FIELD_FILE_VERSION = 28,    /* UTF-16 */
  PC_FIELD_SIGNATURE = 29,       /* u32, PC_SIGNATURE_ */
  PC_FIELD_SIGNER = 30,          /* UTF-16, subject's simple name */
  PC_FIELD_ORIGINS = 31,         /* u32, PC_ORIGIN_ bits: what this record was made of */
  PC_FIELD_EVENT_VERSION = 32,   /* u32, classic version | manifest version << 8; 0xff = none */
  PC_FIELD_GROUP_SIDS = 33,      /* bytes, binary SIDs one after the other: the groups that count for
                                    the token (enabled; no integrity label, no logon id) */
  PC_FIELD_GROUP_COUNT = 34,     /* u32, how many there are; more than listed when they did not fit */
  /* Control records. */
  PC_FIELD_CHANNEL = 64,         /* UTF-16 */
  PC_FIELD_BOOKMARK = 65,        /* UTF-16, XML to store and hand to pc_eventlog_open */
  PC_FIELD_SESSION_NAME = 66,    /* UTF-16 */
  PC_FIELD_SINCE = 67,           /* FILETIME */
  PC_FIELD_LOST_EVENTS = 68,     /* u64 */
  PC_FIELD_LOST_BUFFERS = 69,    /* u64 */
  PC_FIELD_GAP_RECORDS = 70,     /* u64; absent when the bookmark does not say */
  PC_FIELD_CAUSE_KIND = 71,      /* u32 */
  PC_FIELD_CAUSE_VALUE = 72,     /* u32 */
  PC_FIELD_CAUSE_API = 73,       /* UTF-16 */
  /* Event-log records; filetime of the record header is TimeCreated. */
  PC_FIELD_EVENT_ID = 80,        /* u32 */
  PC_FIELD_RECORD_ID = 81,       /* u64 */
  PC_FIELD_PROVIDER = 82,        /* UTF-16 */
  PC_FIELD_COMPUTER = 83,        /* UTF-16 */
  PC_FIELD_WINEVENT_VERSION = 84,/* u32 */
  PC_FIELD_EVENT_USER_SID = 85,  /* UTF-16, System/Security/@UserID */
  PC_FIELD_EVENT_DATA = 86,      /* NAMED: one per EventData/Data that the event has */
  /* Module records; IMAGE_PATH and IMAGE_NT_PATH as well. */
  PC_FIELD_MODULE_BASE = 87,     /* u64 */
  PC_FIELD_MODULE_BYTES = 88,    /* u64, in memory */
  /* Event-log records as XML; CHANNEL and the fields of the System part as well. */
  PC_FIELD_EVENT_XML = 89        /* UTF-16, <Event …>…</Event> as the service renders it */
};

enum {
  PC_LINE_CLASSIC = 1, /* complete, from the kernel at creation */
  PC_LINE_PROCESS = 2, /* read from the live process (its own memory: it could have changed it) */
  PC_LINE_CLASSIC_CUT = 3 /* at the kernel's 1,024-unit cap, and the live one could not be had */
};

enum { PC_ORIGIN_CLASSIC = 1, PC_ORIGIN_MANIFEST = 2, PC_ORIGIN_PROCESS = 4 };

enum {
  PC_SIGNATURE_NONE = 1,      /* neither embedded nor in a catalog */
  PC_SIGNATURE_TRUSTED = 2,
  PC_SIGNATURE_UNTRUSTED = 3, /* signed, chain does not end in a trusted root, or not for code */
  PC_SIGNATURE_EXPIRED = 4,
  PC_SIGNATURE_REVOKED = 5,
  PC_SIGNATURE_BAD_DIGEST = 6,/* file changed after signing */
  PC_SIGNATURE_ERROR = 7      /* could not be decided */
};

/* ---------------------------------------------------------------- sources */

enum {
  PC_ETW_CLASSIC = 0x1,    /* the system-logger session */
  PC_ETW_MANIFEST = 0x2,   /* the Microsoft-Windows-Kernel-Process session */
  PC_ETW_LIVE = 0x4,       /* read the live process for what the events lack */
  PC_ETW_FILE_HASH = 0x8,
  PC_ETW_FILE_VERSION = 0x10,
  PC_ETW_FILE_SIGNATURE = 0x20,
  PC_ETW_USER_NAME = 0x40,
  PC_ETW_DEFAULT = 0x7f
};

/* 64 bytes; a member of 0 takes its default */
typedef struct pc_etw_options {
  uint32_t size;             /* [0] */
  uint32_t flags;            /* [4] PC_ETW_, 0 = PC_ETW_DEFAULT */
  uint32_t ring_kb;          /* [8] 16384 */
  uint32_t buffer_kb;        /* [12] 32 */
  uint32_t buffers_min;      /* [16] 64 */
  uint32_t buffers_max;      /* [20] 512 */
  uint32_t flush_ms;         /* [24] 5 */
  uint32_t join_stamp_us;    /* [28] 1000: both events' times may differ by this */
  uint32_t join_arrival_ms;  /* [32] 2000: wait this long for the other event */
  uint32_t join_capacity;    /* [36] 4096: beyond it the oldest goes on alone */
  uint32_t queue_capacity;   /* [40] 32768 events waiting for enrichment */
  uint32_t behind_ms;        /* [44] 250: an event older than this takes only cached file facts */
  uint32_t file_max_mb;      /* [48] 64: larger files are not hashed (PC_SKIPPED) */
  uint32_t reserved[3];      /* [52] */
} pc_etw_options;

/* Starts the sessions and their threads. PC_E_ACCESS without administrator rights. */
PC_API int32_t pc_etw_open(const pc_etw_options *options, pc_handle *source, pc_cause *cause);

enum { PC_EVENTLOG_OLDEST = 0x1 /* without a bookmark: read the backlog; else only new records */ };

/* 32 bytes; a member of 0 takes its default */
typedef struct pc_eventlog_options {
  uint32_t size;       /* [0] */
  uint32_t flags;      /* [4] PC_EVENTLOG_ */
  uint32_t ring_kb;    /* [8] 8192; a full ring makes the source wait, it drops nothing */
  uint32_t batch;      /* [12] 128 records per EvtNext, at most 512 */
  uint32_t reserved[4];/* [16] */
} pc_eventlog_options;

/*
 * Subscribes to one channel: Microsoft-Windows-Sysmon/Operational (1, 3, 5, 22, 255) or Security
 * (4688, 4689); others give PC_E_UNSUPPORTED. `bookmark` (units 0 = none) resumes strictly after it;
 * when its record is gone the source begins at the oldest and says so in a PC_RECORD_GAP.
 */
PC_API int32_t pc_eventlog_open(const uint16_t *channel, uint32_t channel_units,
                                const uint16_t *bookmark, uint32_t bookmark_units,
                                const pc_eventlog_options *options, pc_handle *source,
                                pc_cause *cause);

/* 40 bytes */
typedef struct pc_channel_facts {
  uint32_t size;            /* [0] */
  uint32_t enabled;         /* [4] */
  uint64_t oldest_record;   /* [8] */
  uint64_t record_count;    /* [16] */
  uint64_t file_bytes;      /* [24] */
  uint64_t reserved;        /* [32] */
} pc_channel_facts;

/* PC_E_NOT_FOUND: no such channel. */
PC_API int32_t pc_eventlog_channel(const uint16_t *channel, uint32_t channel_units,
                                   pc_channel_facts *facts, pc_cause *cause);

/* 48 bytes */
typedef struct pc_eventlog_query_t {
  uint32_t size;         /* [0] */
  uint32_t pid;          /* [4] */
  uint64_t from;         /* [8] FILETIME; nothing older is looked at */
  uint64_t to;           /* [16] FILETIME; what is younger is left out */
  uint32_t most;         /* [24] records, not 0 */
  uint32_t timeout_ms;   /* [28] for all of it; 0 = 2000 */
  uint64_t reserved[2];  /* [32] */
} pc_eventlog_query_t;

/* In *cut: why there may be more than what came back. */
enum {
  PC_CUT_ROOM = 0x1,  /* `most` or the buffer was reached */
  PC_CUT_TIME = 0x2,  /* the time was up */
  PC_CUT_RENDER = 0x4 /* a record could not be rendered */
};

/*
 * The records of any channel that were written by, or name, the process of this pid in that time: by
 * System/Execution/@ProcessID, and in Sysmon's channel and Security by the fields of their events that
 * hold process ids. Newest first, as PC_RECORD_EVENT_XML records. With another code than PC_OK, what was read
 * until then is in the buffer all the same. PC_E_NOT_FOUND: no such channel.
 */
PC_API int32_t pc_eventlog_query(const uint16_t *channel, uint32_t channel_units,
                                 const pc_eventlog_query_t *query, void *buffer, uint32_t capacity,
                                 uint32_t *bytes, uint32_t *count, uint32_t *cut, pc_cause *cause);

/* Ends tracing sessions of the agent that outlived it, as before an uninstallation; *stopped counts them. */
PC_API int32_t pc_etw_stop_orphans(uint32_t *stopped, pc_cause *cause);

enum {
  PC_TRACE_KERNEL = 1, /* takes events of the kernel's own provider, of whose sessions Windows allows few */
  PC_TRACE_OWN = 2     /* the agent's, by its name */
};

/* 160 bytes */
typedef struct pc_trace_session {
  uint32_t size;         /* [0] */
  uint32_t flags;        /* [4] PC_TRACE_ */
  uint32_t buffer_kb;    /* [8] size of one buffer */
  uint32_t buffers;      /* [12] */
  uint32_t events_lost;  /* [16] */
  uint32_t buffers_lost; /* [20] */
  uint32_t name_units;   /* [24] */
  uint32_t reserved;     /* [28] */
  uint16_t name[64];     /* [32] cut where it is longer */
} pc_trace_session;

/*
 * The tracing sessions that there are, whoever owns them, as far as the caller may see them. Fills at most `capacity`
 * structs, each with its `size` set; *count is how many there are.
 */
PC_API int32_t pc_etw_sessions(pc_trace_session *sessions, uint32_t capacity, uint32_t *count, pc_cause *cause);

/* A buffer of this size always takes at least one record. */
#define PC_READ_MIN_BYTES 262144u

/*
 * Waits up to timeout_ms (0 = do not wait) for a record, then copies as many whole records as fit
 * and as are there. PC_OK: *count >= 1. PC_TIMEOUT and PC_ENDED: *count == 0.
 */
PC_API int32_t pc_read(pc_handle source, void *buffer, uint32_t capacity, uint32_t timeout_ms,
                       uint32_t *bytes, uint32_t *count, pc_cause *cause);

/* Stops capturing and lets what was captured be read: pc_read gives PC_ENDED after the last. */
PC_API int32_t pc_stop(pc_handle source, pc_cause *cause);

/* Frees a source or log handle. Unread records are gone (a bookmark covers only what was read). */
PC_API int32_t pc_close(pc_handle handle);

/* Which fact field_counts counts, by index. */
enum {
  PC_FACT_COMMAND_LINE = 0,
  PC_FACT_USER_SID = 1,
  PC_FACT_USER_NAME = 2,
  PC_FACT_INTEGRITY = 3,
  PC_FACT_ELEVATION = 4,
  PC_FACT_IMAGE_PATH = 5,
  PC_FACT_SHA256 = 6,
  PC_FACT_VERSION = 7,
  PC_FACT_SIGNATURE = 8,
  PC_FACT_GROUPS = 9,
  PC_FACT_COUNT = 10
};

/*
 * One consistent reading; 512 bytes. At every moment, in events:
 *   received = decoded + filtered + failed
 *   decoded  = delivered + dropped + queued
 * The second event of a joined pair is `filtered` (merged): a pair is one record.
 */
typedef struct pc_counters_t {
  uint32_t size;               /* [0] */
  uint32_t state;              /* [4] 1 running, 2 trying to restart, 3 stopped */
  uint64_t received;           /* [8] */
  uint64_t decoded;            /* [16] */
  uint64_t filtered;           /* [24] */
  uint64_t failed;             /* [32] */
  uint64_t delivered;          /* [40] */
  uint64_t dropped;            /* [48] */
  uint64_t queued;             /* [56] waiting to be joined, enriched or read */
  uint64_t filtered_kind;      /* [64] an event we have no use for */
  uint64_t filtered_merged;    /* [72] became part of its partner's record */
  uint64_t failed_version;     /* [80] event version unknown */
  uint64_t failed_malformed;   /* [88] payload contradicts its version's layout */
  uint64_t failed_memory;      /* [96] */
  uint64_t failed_render;      /* [104] event log: EvtRender failed */
  uint64_t dropped_ring;       /* [112] ring full: the reader is too slow */
  uint64_t dropped_queue;      /* [120] enrichment queue full */
  uint64_t dropped_size;       /* [128] record larger than PC_READ_MIN_BYTES */
  uint64_t dropped_memory;     /* [136] */
  uint64_t joined;             /* [144] pairs */
  uint64_t alone_window;       /* [152] went on alone: the window passed */
  uint64_t alone_capacity;     /* [160] went on alone: the join table was full */
  uint64_t etw_events_lost;    /* [168] before they reached us, as ETW counts them */
  uint64_t etw_buffers_lost;   /* [176] */
  uint64_t sessions_stopped;   /* [184] by somebody else */
  uint64_t sessions_restarted; /* [192] */
  uint64_t sessions_reclaimed; /* [200] orphans of an earlier run */
  uint64_t gaps;               /* [208] */
  uint64_t gap_records;        /* [216] */
  uint64_t control_records;    /* [224] */
  uint64_t ring_bytes;         /* [232] in use now */
  uint64_t ring_bytes_peak;    /* [240] */
  uint64_t lines_from_process; /* [248] command lines taken from the live process */
  uint64_t file_cache_hits;    /* [256] */
  uint64_t file_cache_misses;  /* [264] */
  uint64_t field_counts[PC_FACT_COUNT][3]; /* [272] captured, absent, failed or skipped */
} pc_counters_t;

PC_API int32_t pc_counters(pc_handle source, pc_counters_t *counters);

/* -------------------------------------------------------------- processes */

enum {
  PC_KNOW_CRITICAL = 0x1, PC_KNOW_PROTECTION = 0x2, PC_KNOW_IMAGE = 0x4, PC_KNOW_USER = 0x8,
  PC_KNOW_SESSION = 0x10, PC_KNOW_DEBUGGED = 0x20, PC_KNOW_PARENT = 0x40,
  PC_KNOW_INTEGRITY = 0x80, PC_KNOW_SIGNATURE = 0x100, PC_KNOW_ELEVATION = 0x200,
  PC_KNOW_SUSPENDED = 0x400, PC_KNOW_START_NAME = 0x800
};
enum {
  PC_IS_CRITICAL = 0x1, PC_IS_DEBUGGED = 0x2, PC_IS_EXITING = 0x4, PC_IS_ELEVATED = 0x8,
  PC_IS_MICROSOFT_ROOT = 0x10, /* trusted signature whose chain ends in a Microsoft root */
  PC_IS_SUSPENDED = 0x20,      /* every thread is suspended */
  PC_IS_PATH_CUT = 0x40        /* image_path did not fit */
};

/* 5,416 bytes. A fact is valid only when its PC_KNOW_ bit is set. */
typedef struct pc_process_facts {
  uint32_t size;              /* [0] */
  uint32_t pid;               /* [4] */
  uint32_t parent_pid;        /* [8] */
  uint32_t session_id;        /* [12] */
  uint64_t created;           /* [16] FILETIME read on the handle */
  uint32_t known;             /* [24] PC_KNOW_ */
  uint32_t is;                /* [28] PC_IS_ */
  uint32_t protection;        /* [32] PS_PROTECTION byte; 0 = none */
  uint32_t integrity;         /* [36] last sub-authority of the label, 0x3000 = high */
  uint32_t signature;         /* [40] PC_SIGNATURE_ */
  uint32_t image_path_units;  /* [44] */
  uint32_t signer_units;      /* [48] */
  uint32_t start_name_units;  /* [52] */
  char user_sid[192];         /* [56] ASCII, terminated */
  uint16_t image_path[2048];  /* [248] C:\…, as the file is called now: a running one can be renamed */
  uint16_t signer[256];       /* [4344] */
  uint64_t parent_created;    /* [4856] 0 = the parent is gone or the pid is another's now */
  uint16_t start_name[260];   /* [4864] the file's name, without a folder, when it was started */
  uint64_t reserved[4];       /* [5384] */
} pc_process_facts;

enum {
  /* in request.flags */
  PC_ASK_SIGNATURE = 0x1, /* costs milliseconds when the file is not cached; no PC_KNOW_SIGNATURE for an image of more
                             than 256 MB, of another machine, or that could not be verified now */
  PC_JUST_ACT = 0x2       /* suspend only: no look whether every thread stands still; PC_IS_SUSPENDED says nothing */
};

/* 56 bytes */
typedef struct pc_process_request {
  uint32_t size;          /* [0] */
  uint32_t pid;           /* [4] */
  uint64_t created;       /* [8] FILETIME; 0 is refused except by pc_process_query */
  uint64_t tolerance;     /* [16] in 100 ns, either way; 0 = exact */
  uint32_t flags;         /* [24] PC_ASK_ */
  uint32_t timeout_ms;    /* [28] wait for the outcome; 0 = 5000 */
  uint32_t exit_code;     /* [32] terminate: 0 = 0xC0DE */
  uint32_t tree_limit;    /* [36] members at most; 0 = 256 */
  uint64_t reserved[2];   /* [40] */
} pc_process_request;

enum {
  PC_OUTCOME_NONE = 0,       /* nothing was done */
  PC_OUTCOME_SUSPENDED = 1,
  PC_OUTCOME_RESUMED = 2,
  PC_OUTCOME_TERMINATED = 3, /* seen ended */
  PC_OUTCOME_PENDING = 4,    /* told to end, not seen ended within the timeout */
  PC_OUTCOME_FAILED = 5,
  PC_OUTCOME_GONE = 6        /* ended by itself before we acted */
};

/* 5,480 bytes */
typedef struct pc_process_result {
  uint32_t size;            /* [0] */
  uint32_t outcome;         /* [4] PC_OUTCOME_ */
  uint32_t exit_code;       /* [8] when ended */
  uint32_t reserved0;       /* [12] */
  uint64_t act_ns;          /* [16] from the call's start until the act's system call returned */
  uint64_t total_ns;        /* [24] the whole call */
  uint32_t members;         /* [32] tree: found */
  uint32_t acted;           /* [36] tree: ended */
  uint64_t reserved[3];     /* [40] */
  pc_process_facts facts;   /* [64] of the process, or of a tree's root */
} pc_process_result;

/*
 * Each opens the process once, checks pid and creation time on that handle, then whether it is
 * critical, protected, the caller, or ended; refuses (PC_E_…, facts filled as far as read); acts on
 * the same handle; waits for the outcome. query checks identity only when `created` is not 0.
 * resume undoes one suspend: they nest.
 */
PC_API int32_t pc_process_query(const pc_process_request *request, pc_process_result *result,
                                pc_cause *cause);
PC_API int32_t pc_process_suspend(const pc_process_request *request, pc_process_result *result,
                                  pc_cause *cause);
PC_API int32_t pc_process_resume(const pc_process_request *request, pc_process_result *result,
                                 pc_cause *cause);
PC_API int32_t pc_process_terminate(const pc_process_request *request, pc_process_result *result,
                                    pc_cause *cause);

/*
 * The same end in two calls, so that nobody who must not wait has to. The first checks, tells the process to
 * end (PC_OUTCOME_PENDING) and keeps the handle that it checked and acted on; with another code than PC_OK there is
 * nothing to keep, and PC_E_MEMORY did nothing. The second waits, as long as the request said, on that handle,
 * brings outcome, exit_code and total_ns of the first one's result up to date, and closes it. pc_close instead
 * of the second, or during it, leaves the process to its end unseen.
 */
PC_API int32_t pc_process_begin_end(const pc_process_request *request, pc_process_result *result,
                                    pc_handle *ending, pc_cause *cause);
PC_API int32_t pc_process_await_end(pc_handle ending, pc_process_result *result, pc_cause *cause);

/* 48 bytes */
typedef struct pc_tree_member {
  uint32_t pid;         /* [0] */
  uint32_t parent_pid;  /* [4] */
  uint64_t created;     /* [8] */
  uint32_t depth;       /* [16] root = 0 */
  uint32_t outcome;     /* [20] PC_OUTCOME_ */
  int32_t code;         /* [24] PC_OK or why not */
  uint32_t cause_kind;  /* [28] */
  uint32_t cause_value; /* [32] */
  uint32_t exit_code;   /* [36] */
  uint64_t reserved;    /* [40] */
} pc_tree_member;

/*
 * Suspends the root, then collects and suspends descendants (a child names its parent's pid and was
 * created after it, and not later than now) until two looks find nothing new, then ends leaves first and the root last. One
 * critical or protected member, or the caller itself, refuses the whole tree: everything suspended
 * is resumed and the code says why (its row in `members` too). So is a tree of more than `tree_limit`, one that
 * does not stand still, and a member that cannot be ended. The library asks nothing else: other
 * rules are the caller's, who can look at the tree with pc_process_tree first.
 */
PC_API int32_t pc_process_terminate_tree(const pc_process_request *request,
                                         pc_process_result *result, pc_tree_member *members,
                                         uint32_t capacity, uint32_t *count, pc_cause *cause);

/* The same look without touching anything: the members found, and the code with which
   pc_process_terminate_tree would refuse (the look ends at the member that refuses). */
PC_API int32_t pc_process_tree(const pc_process_request *request, pc_process_result *result,
                               pc_tree_member *members, uint32_t capacity, uint32_t *count,
                               pc_cause *cause);

/* Every process now, as PC_RECORD_PROCESS_RUNNING records (pid, parent, session, create time, image
   name). PC_E_BUFFER when it does not fit: *bytes is what is needed. */
PC_API int32_t pc_process_list(void *buffer, uint32_t capacity, uint32_t *bytes, uint32_t *count,
                               pc_cause *cause);

/*
 * Looking into a process, for evidence; 32-bit processes too. The identity is checked on the handle
 * that is read from (`created` 0 is refused), and PC_E_EXITED says that its memory is gone. A process
 * can change what it shows here.
 */

/* Its environment: entries NAME=value, each ending with a zero, at most `capacity` units in all; *cut
   is 1 when there is more, or when the end could not be read. */
PC_API int32_t pc_process_environment(const pc_process_request *request, uint16_t *text,
                                      uint32_t capacity, uint32_t *units, uint32_t *cut,
                                      pc_cause *cause);

/* Its images as PC_RECORD_MODULE records, as many as fit, 1,024 at most; *found is how many it has. */
PC_API int32_t pc_process_modules(const pc_process_request *request, void *buffer, uint32_t capacity,
                                  uint32_t *bytes, uint32_t *count, uint32_t *found,
                                  pc_cause *cause);

/* ------------------------------------------------------------------ files */

/* 2,664 bytes. Each *_is is a provenance (PC_CAPTURED …). */
typedef struct pc_file_facts {
  uint32_t size;                /* [0] */
  uint32_t sha256_is;           /* [4] */
  uint32_t version_is;          /* [8] */
  uint32_t signature;           /* [12] PC_SIGNATURE_ */
  uint64_t file_bytes;          /* [16] */
  uint32_t from_catalog;        /* [24] the signature is a catalog's */
  uint32_t microsoft_root;      /* [28] */
  uint8_t sha256[32];           /* [32] */
  uint16_t original_name[256];  /* [64] each text: terminated, cut to fit */
  uint16_t company[256];        /* [576] */
  uint16_t description[256];    /* [1088] */
  uint16_t product[128];        /* [1600] */
  uint16_t file_version[128];   /* [1856] */
  uint16_t signer[256];         /* [2112] */
  uint64_t reserved[5];         /* [2624] */
} pc_file_facts;

/* Hash, version resource and signature of a file, through the same cache as the ETW source. A link, or a path with
   one on the way, is refused: paths of images have none. */
PC_API int32_t pc_file_query(const uint16_t *path, uint32_t path_units, pc_file_facts *facts,
                             pc_cause *cause);

enum {
  PC_PATH_OWNER = 0x1,   /* owner is neither SYSTEM, Administrators nor TrustedInstaller */
  PC_PATH_WRITABLE = 0x2,/* somebody else may write, delete, change its rights or owner */
  PC_PATH_NO_DACL = 0x4, /* everybody may do everything */
  PC_PATH_LINK = 0x8     /* a reparse point */
};

/* 208 bytes */
typedef struct pc_path_report {
  uint32_t size;          /* [0] */
  uint32_t problems;      /* [4] PC_PATH_ bits; 0 = secure */
  uint32_t rights;        /* [8] access mask that the offender has */
  uint32_t reserved;      /* [12] */
  char offender_sid[192]; /* [16] first offender, ASCII, terminated */
} pc_path_report;

/* PC_OK with report->problems == 0 when only SYSTEM, Administrators and TrustedInstaller may
   change the file or folder. */
PC_API int32_t pc_path_is_secure(const uint16_t *path, uint32_t path_units, pc_path_report *report,
                                 pc_cause *cause);

/* Creates the folder (not its parents) for SYSTEM and Administrators only, inherited by what is put
   in. An existing folder gets those rights when it belongs to them, to TrustedInstaller or to whoever
   runs this; a reparse point and a folder of somebody else's are refused with PC_E_ACCESS. */
PC_API int32_t pc_secure_directory_create(const uint16_t *path, uint32_t path_units,
                                          pc_cause *cause);

/* ------------------------------------------------------------------- pipe */

/* Most bytes that one call of pc_pipe_write takes, and most clients of one server. */
#define PC_PIPE_WRITE_BYTES 65536u
#define PC_PIPE_CLIENTS 32u

/*
 * Creates \\.\pipe\NAME, refuses clients of other machines, and listens. `sddl` is its whole security
 * descriptor. PC_E_ACCESS when the name is taken: by another agent, or by somebody who wants to be one.
 * A client needs FILE_READ_DATA and FILE_WRITE_DATA only: a grant to others than SYSTEM and
 * Administrators should leave out 0x4, which is also the right to serve under the name.
 */
PC_API int32_t pc_pipe_create(const uint16_t *name, uint32_t name_units, const uint16_t *sddl,
                              uint32_t sddl_units, uint32_t clients, pc_handle *server,
                              pc_cause *cause);

/* The next client, or PC_TIMEOUT: nobody came, or `clients` are there already. One call at a time;
   with a timeout of 0 it does not wait. */
PC_API int32_t pc_pipe_accept(pc_handle server, uint32_t timeout_ms, pc_handle *connection,
                              pc_cause *cause);

/*
 * The client's side. It lets the server see who asks but not act as the client, and goes only to a
 * pipe that SYSTEM or Administrators own (else PC_E_OWNER, as for a pipe that is closed to an
 * administrator). PC_E_ACCESS: it is not for this account. PC_E_NOT_FOUND: nobody listens;
 * PC_TIMEOUT: all instances are busy.
 */
PC_API int32_t pc_pipe_connect(const uint16_t *name, uint32_t name_units, uint32_t timeout_ms,
                               pc_handle *connection, pc_cause *cause);

/* PC_OK: *bytes >= 1 were read. PC_ENDED: the other side has closed and everything was read. */
PC_API int32_t pc_pipe_read(pc_handle connection, void *buffer, uint32_t capacity,
                            uint32_t timeout_ms, uint32_t *bytes, pc_cause *cause);

/*
 * Takes all of `length` bytes to send them, or, while the other side has not taken what was written
 * before, none (PC_TIMEOUT). With length 0 it only waits for that. PC_ENDED: the other side is gone.
 */
PC_API int32_t pc_pipe_write(pc_handle connection, const void *bytes, uint32_t length,
                             uint32_t timeout_ms, pc_cause *cause);

enum { PC_CALLER_ADMINISTRATOR = 0x1, PC_CALLER_IN_GROUP = 0x2 };

/* 744 bytes */
typedef struct pc_pipe_caller_t {
  uint32_t size;          /* [0] */
  uint32_t pid;           /* [4] of the process that opened the pipe; 0 when Windows does not say */
  uint32_t is;            /* [8] PC_CALLER_, from the client's token: a group that only denies is none */
  uint32_t account_units; /* [12] 0 when the SID has no name */
  char user_sid[192];     /* [16] ASCII, terminated */
  uint16_t account[256];  /* [208] DOMAIN\name */
  uint64_t reserved[3];   /* [720] */
} pc_pipe_caller_t;

/*
 * Who is at the other end of a server's connection, by its token. `group` is a SID in text form, or
 * NULL. PC_E_STATE before anything was read: Windows tells only then. Looking up the account's name
 * can take as long as a domain controller does.
 */
PC_API int32_t pc_pipe_caller(pc_handle connection, const uint16_t *group, uint32_t group_units,
                              pc_pipe_caller_t *caller, pc_cause *cause);

/* ---------------------------------------------------------------- service */

/* 40 bytes */
typedef struct pc_service_event {
  uint32_t size;       /* [0] */
  uint32_t control;    /* [4] SERVICE_CONTROL_: 1 stop, 5 shutdown, 13 power, 14 session, 15 preshutdown */
  uint32_t event_type; /* [8] of power (PBT_…) and session (WTS_…) events */
  uint32_t session_id; /* [12] */
  uint64_t filetime;   /* [16] */
  uint64_t missed;     /* [24] events that did not fit the queue of 64, so far */
  uint64_t reserved;   /* [32] */
} pc_service_event;

/* Connects to the service controller on a thread of its own and returns once ServiceMain runs, in
   state START_PENDING. PC_E_NOT_A_SERVICE when started from a console. Once per process. */
PC_API int32_t pc_service_start(const uint16_t *name, uint32_t name_units, pc_cause *cause);

/* The next control, or PC_TIMEOUT, or PC_ENDED after SERVICE_STOPPED was reported. */
PC_API int32_t pc_service_read(uint32_t timeout_ms, pc_service_event *event, pc_cause *cause);

/* state: SERVICE_STOPPED 1, START_PENDING 2, STOP_PENDING 3, RUNNING 4. Checkpoints count by
   themselves. exit_code and specific_code as in SERVICE_STATUS (1066 makes the second count). */
PC_API int32_t pc_service_report(uint32_t state, uint32_t wait_hint_ms, uint32_t exit_code,
                                 uint32_t specific_code, pc_cause *cause);

/* 40 bytes */
typedef struct pc_service_options {
  uint32_t size;              /* [0] */
  uint32_t start_type;        /* [4] 2 with the system, 3 on demand, 4 disabled */
  uint32_t delayed;           /* [8] with start_type 2: 1 = minutes after the other services */
  uint32_t preshutdown_ms;    /* [12] how long a shutdown waits */
  uint32_t failure_reset_s;   /* [16] without a failure for so long, the next one counts as the first */
  uint32_t restart_ms[3];     /* [20] wait before a restart: after the first, the second and every later failure */
  uint32_t reserved[2];       /* [32] */
} pc_service_options;

/* What of it a Windows may not know. */
enum {
  PC_SERVICE_START_TYPE = 0x1,
  PC_SERVICE_FAILURE_ACTIONS = 0x2,
  PC_SERVICE_FAILURE_FLAG = 0x4, /* a stop with an error counts as a failure too */
  PC_SERVICE_SID = 0x8,          /* NT SERVICE\NAME in its token, unrestricted */
  PC_SERVICE_PRESHUTDOWN = 0x10,
  PC_SERVICE_PRIVILEGES = 0x20,
  PC_SERVICE_ACCESS = 0x40
};

/*
 * Sets up an installed service: `command` is what it runs, quoted as a command line; `privileges` are those that its token keeps, names with commas between;
 * `access` is its security descriptor as SDDL. What this Windows does not know comes back as PC_SERVICE_
 * bits in *unknown; everything else must succeed.
 */
PC_API int32_t pc_service_configure(const uint16_t *name, uint32_t name_units, const pc_service_options *options,
                                    const uint16_t *command, uint32_t command_units,
                                    const uint16_t *privileges, uint32_t privileges_units,
                                    const uint16_t *access, uint32_t access_units, uint32_t *unknown,
                                    pc_cause *cause);

/* --------------------------------------------------------------- registry */

/* A DWORD of HKEY_LOCAL_MACHINE, in the 64-bit view; of no other hive. PC_E_NOT_FOUND when the key or
   the value is not there; a value of another type is PC_E_SYSTEM with ERROR_UNSUPPORTED_TYPE. */
PC_API int32_t pc_registry_read_u32(const uint16_t *key, uint32_t key_units, const uint16_t *name,
                                    uint32_t name_units, uint32_t *value, pc_cause *cause);

/* ------------------------------------------------------------------ watch */

/* Longest last words, in bytes. */
#define PC_LAST_WORDS_BYTES 512u

/*
 * From now on a thread of the library ends this process, with exit code 1, when pc_watch_beat was not called for
 * stalled_after_ms, at most twice that and 6 s later. Before, it writes the last words to standard error, as far as that
 * takes them within a second. pc_close ends the watch. Several may be open; each is for itself.
 */
PC_API int32_t pc_watch_open(uint32_t stalled_after_ms, const uint8_t *last_words, uint32_t last_words_bytes,
                             pc_handle *watch, pc_cause *cause);
PC_API int32_t pc_watch_beat(pc_handle watch);

/* -------------------------------------------------------------- isolation */

/* Where a filter looks: at new outgoing connections, at incoming ones, at what the host passes on. */
enum { PC_LAYER_CONNECT = 1, PC_LAYER_ACCEPT = 2, PC_LAYER_FORWARD = 3 };
enum { PC_FILTER_BLOCK = 0, PC_FILTER_PERMIT = 1 };

/* What a filter asks of a packet; all of it must hold. None: every packet. */
enum {
  PC_MATCH_LOOPBACK = 0x1,
  PC_MATCH_PROTOCOL = 0x2,
  PC_MATCH_LOCAL_PORT = 0x4,     /* of ICMP: its type */
  PC_MATCH_REMOTE_PORT = 0x8,    /* of ICMP: its code */
  PC_MATCH_REMOTE_ADDRESS = 0x10 /* the first `prefix` bits */
};

/* 64 bytes. Every permit comes before every block, whatever their order. */
typedef struct pc_filter {
  uint32_t layer;             /* [0] PC_LAYER_ */
  uint32_t family;            /* [4] 4 or 6 */
  uint32_t action;            /* [8] PC_FILTER_ */
  uint32_t matches;           /* [12] PC_MATCH_; of PC_LAYER_FORWARD none */
  uint32_t protocol;          /* [16] 0..255 */
  uint32_t local_port;        /* [20] 0..65535 */
  uint32_t remote_port;       /* [24] */
  uint32_t prefix;            /* [28] 0..32 or 0..128 */
  uint8_t remote_address[16]; /* [32] in network order; of IPv4 the first four */
  uint64_t reserved[2];       /* [48] */
} pc_filter;

#define PC_FILTER_LIMIT 2048u

/* Filters outlive the system's restart while the service ProblemChild starts by itself. */
#define PC_ISOLATE_PERSISTENT 0x1u

/* 40 bytes */
typedef struct pc_isolation_state {
  uint32_t size;       /* [0] */
  uint32_t filters;    /* [4] that are in force; boot-time copies not counted */
  uint32_t boot_time;  /* [8] copies for the time before the filter engine runs */
  uint32_t disabled;   /* [12] there, and not in force */
  uint64_t plan_id;    /* [16] of the filters; 0 when there are none */
  uint32_t mixed;      /* [24] 1 = not all are of one plan */
  uint32_t persistent; /* [28] how many of `filters` outlive a restart */
  uint64_t reserved;   /* [32] */
} pc_isolation_state;

/* Puts these filters in the place of whatever the agent had before, in one transaction: either all
   are there afterwards or nothing has changed. plan_id is not 0 and comes back from a read. */
PC_API int32_t pc_isolation_apply(const pc_filter *filters, uint32_t count, uint64_t plan_id,
                                  uint32_t flags, pc_cause *cause);

/* Takes everything of the agent's out of the filter engine; nothing there is PC_OK. */
PC_API int32_t pc_isolation_remove(pc_cause *cause);

PC_API int32_t pc_isolation_read(pc_isolation_state *state, pc_cause *cause);

/* -------------------------------------------------------------- event log */

/* Event ids of the message table inside the DLL (EventMessageFile); each shows its one string. */
enum {
  PC_EVENT_STARTED = 1, PC_EVENT_STOPPED = 2, PC_EVENT_WARNING = 3, PC_EVENT_ERROR = 4,
  PC_EVENT_CONFIG = 5, PC_EVENT_TAMPER = 6,
  PC_EVENT_ALERT = 100, PC_EVENT_INCIDENT = 101,
  PC_EVENT_ACTION = 200, PC_EVENT_ACTION_REFUSED = 201, PC_EVENT_ACTION_FAILED = 202,
  PC_EVENT_ISOLATION = 203,
  PC_EVENT_HEALTH = 300
};
enum { PC_LEVEL_ERROR = 1, PC_LEVEL_WARNING = 2, PC_LEVEL_INFORMATION = 4 };

/* Longest text of one event in UTF-16 units; longer gives PC_E_ARGUMENT (the caller cuts or splits). */
#define PC_LOG_TEXT_UNITS 31839u

PC_API int32_t pc_log_open(const uint16_t *source_name, uint32_t source_name_units, pc_handle *log,
                           pc_cause *cause);
PC_API int32_t pc_log_write(pc_handle log, uint32_t level, uint32_t event_id, const uint16_t *text,
                            uint32_t text_units, pc_cause *cause);

/* ---------------------------------------------------------------- secrets */

/*
 * DPAPI in the machine's scope: any program on this machine that can read the sealed bytes can open them, none
 * elsewhere can. At most 65536 bytes in; *bytes is what came out, or what is needed with PC_E_BUFFER. Opening fails
 * with PC_E_SYSTEM and the system's cause for what was sealed elsewhere, for another use, or was changed.
 */
PC_API int32_t pc_secret_protect(const uint8_t *secret, uint32_t secret_bytes, uint8_t *sealed, uint32_t capacity,
                                 uint32_t *bytes, pc_cause *cause);
PC_API int32_t pc_secret_unprotect(const uint8_t *sealed, uint32_t sealed_bytes, uint8_t *secret, uint32_t capacity,
                                   uint32_t *bytes, pc_cause *cause);

#ifdef __cplusplus
}
#endif

#endif

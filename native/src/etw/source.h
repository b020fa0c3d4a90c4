/* The ETW source: two sessions, the join, the enriching thread and the stream, and who does what. */
#ifndef PC_ETW_SOURCE_H
#define PC_ETW_SOURCE_H

#include "../base/source.h"
#include "../enrich/enrichment.h"
#include "../stream/join.h"
#include "session.h"

enum { PC_ETW_SESSIONS = 2 };

typedef struct pc_etw_queued {
  pc_process_event *event;
  uint64_t arrival_us;
} pc_etw_queued;

/* A session and how it fares. */
typedef struct pc_etw_watch {
  pc_session session;
  bool active;           /* asked for */
  bool started;          /* once, at open; from then on `down` tells */
  bool down;             /* guarded by the stream's lock */
  uint64_t down_since;   /* FILETIME */
  uint64_t retry_at_us;
  uint32_t retry_ms;
} pc_etw_watch;

typedef struct pc_etw_source {
  pc_source base;        /* first: this is what a handle names */
  pc_etw_options options;
  pc_etw_api api;
  pc_etw_watch watches[PC_ETW_SESSIONS];
  /* Guarded by base.stream.lock: */
  pc_join *join;
  pc_etw_queued *queue;  /* circular */
  uint32_t queue_head, queue_used;
  pc_signal queue_filled;
  bool finishing;        /* nothing more comes into the queue */
  /* Threads: */
  HANDLE stop_event, watcher, enricher;
  pc_enrichment *enrichment;
  uint8_t *record;       /* PC_READ_MIN_BYTES; the enricher's */
} pc_etw_source;

/* On a session's thread. */
void pc_etw_take_event(pc_session *session, const EVENT_RECORD *record);
/* Sink of the join; the lock is held. */
void pc_etw_enqueue_locked(void *context, pc_process_event *event);
/* Stops a session and tells what was lost since the last look. */
void pc_etw_stop_session(pc_etw_source *source, pc_etw_watch *watch);
/* Threads. */
DWORD WINAPI pc_etw_enrich_thread(LPVOID source);
DWORD WINAPI pc_etw_watch_thread(LPVOID source);
/* Copies the join's counts into the stream's counters. */
void pc_etw_count_joins_locked(pc_etw_source *source);
/* Tells the join whether both sessions run. */
void pc_etw_set_expectation_locked(pc_etw_source *source);

#endif

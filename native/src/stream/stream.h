/*
 * What every source has: one lock, its counters, and the ring between its threads and the reader.
 *
 * The lock guards everything of the source that threads share, so that the counters are one
 * consistent reading at any moment. Functions named *_locked are called with it held.
 */
#ifndef PC_STREAM_STREAM_H
#define PC_STREAM_STREAM_H

#include "problemchild.h"
#include "ring.h"
#include "sync.h"

/* Control records may use the ring's last bytes, so that news of a loss is not itself lost. */
enum { PC_CONTROL_RESERVE_BYTES = 65536 };

enum { PC_STATE_RUNNING = 1, PC_STATE_RESTARTING = 2, PC_STATE_STOPPED = 3 };

typedef struct pc_stream {
  pc_lock lock;
  pc_signal readable;
  pc_signal writable;
  pc_ring ring;
  pc_counters_t counters; /* `received` and the three sums are filled by pc_stream_count */
  uint64_t sequence;
  uint32_t waiting;       /* accepted, not yet put or dropped: the source keeps them */
  uint32_t in_ring;       /* event records, not control records */
  bool ended;             /* nothing more will be put */
  bool stopping;          /* writers must not wait for room any more */
  bool closing;           /* the reader is gone */
} pc_stream;

bool pc_stream_init(pc_stream *stream, uint32_t ring_kb);
void pc_stream_free(pc_stream *stream);

/* Counts one event as decoded; it must be put or dropped later. */
void pc_stream_accept_locked(pc_stream *stream);

/* Undoes received and accept of an event that will be received again after a restart. */
void pc_stream_take_back_locked(pc_stream *stream);

/* A decoded event could not go on; `cause` is one of counters.dropped_*. */
void pc_stream_drop_locked(pc_stream *stream, uint64_t *cause);

/* Puts an accepted event's record, or drops it (ring full, or size 0: too large). Wakes readers. */
void pc_stream_put_locked(pc_stream *stream, void *record, uint32_t size);

/* The same, waiting for room as long as it takes. False when the source stops meanwhile: the event
   is then still accepted, and the caller's to take back or drop. */
bool pc_stream_put_waiting_locked(pc_stream *stream, void *record, uint32_t size);

/* Puts a record about the source itself. Lost only when even the reserve is full. */
void pc_stream_control_locked(pc_stream *stream, void *record, uint32_t size);
bool pc_stream_control_waiting_locked(pc_stream *stream, void *record, uint32_t size);

/* No more records will come: readers get PC_ENDED once the ring is empty. */
void pc_stream_end_locked(pc_stream *stream);

/* Wakes writers that wait for room for good. */
void pc_stream_stop_waiting(pc_stream *stream);

/* Wakes every thread that waits in the stream for good. */
void pc_stream_close(pc_stream *stream);

int32_t pc_stream_read(pc_stream *stream, void *buffer, uint32_t capacity, uint32_t timeout_ms,
                       uint32_t *bytes, uint32_t *count);

void pc_stream_count(pc_stream *stream, pc_counters_t *counters);

#endif

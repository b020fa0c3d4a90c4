/*
 * Brings the two ETW events of one process start (or end, or already running process) together.
 *
 * Every event put in comes out exactly once: with its partner, alone when the window has passed or the table
 * is full, or at a flush. What went on alone is remembered for one more window, so that its other half, when
 * it comes after all, is not taken for a second process: around a session's start the halves are told in any
 * order. Only the other half is: same kind, pid and parent, from the other session, within the tolerance, and
 * one; and not if it brings the command line that the first had not: better told twice than without the line.
 * An end never comes out before its own start, nor a start before its parent's start, while the earlier one is
 * still in the table. Not thread-safe.
 */
#ifndef PC_STREAM_JOIN_H
#define PC_STREAM_JOIN_H

#include "../decode/process_event.h"

typedef struct pc_join pc_join;

/* Takes ownership of `event` (free() it). Called from inside put, expire and flush. */
typedef void (*pc_join_sink)(void *context, pc_process_event *event);

typedef struct pc_join_options {
  uint32_t capacity;         /* events waiting at most */
  uint64_t stamp_tolerance;  /* 100 ns units between the two stamps */
  uint64_t window_us;        /* how long to wait for the partner */
} pc_join_options;

typedef struct pc_join_counts {
  uint64_t joined;
  uint64_t alone_window;
  uint64_t alone_capacity;
  uint64_t late; /* came when their other half had gone on alone */
} pc_join_counts;

pc_join *pc_join_create(const pc_join_options *options, pc_join_sink sink, void *context);
void pc_join_free(pc_join *join); /* flush first: what still waits is freed */

/* Whether both sessions run. While they do not, events come out at once, alone. */
void pc_join_expect_both(pc_join *join, bool both);

typedef enum pc_join_put_result {
  PC_JOIN_WAITS,   /* a new event: it came out or waits */
  PC_JOIN_MERGED,  /* is told already: became part of an event put before, or came too late for that */
  PC_JOIN_NO_MEMORY
} pc_join_put_result;

/* Copies *event. `now_us`: any clock that does not go back. */
pc_join_put_result pc_join_put(pc_join *join, const pc_process_event *event, uint64_t now_us);
void pc_join_expire(pc_join *join, uint64_t now_us);
void pc_join_flush(pc_join *join);
uint32_t pc_join_waiting(const pc_join *join);
pc_join_counts pc_join_counted(const pc_join *join);

#endif

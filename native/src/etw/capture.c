/* From an ETW buffer to the reader's ring: decode, count, join, queue, enrich, encode. */
#include "source.h"

#include <stdlib.h>
#include <string.h>

enum { IDLE_WAIT_MS = 1000 };

static pc_decoded decode(const pc_session *session, const EVENT_RECORD *record, pc_process_event *event) {
  const EVENT_HEADER *head = &record->EventHeader;
  if (memcmp(&head->ProviderId, &session->kind->provider, sizeof(GUID)) != 0) return PC_DECODED_OTHER;
  pc_event_header header = {.id = head->EventDescriptor.Id,
                            .opcode = head->EventDescriptor.Opcode,
                            .version = head->EventDescriptor.Version,
                            .wide = (head->Flags & EVENT_HEADER_FLAG_32_BIT_HEADER) == 0,
                            .stamp = (uint64_t)head->TimeStamp.QuadPart};
  return session->kind->classic
             ? pc_decode_classic(&header, record->UserData, record->UserDataLength, event)
             : pc_decode_manifest(&header, record->UserData, record->UserDataLength, event);
}

void pc_etw_count_joins_locked(pc_etw_source *source) {
  pc_join_counts counts = pc_join_counted(source->join);
  pc_counters_t *counters = &source->base.stream.counters;
  counters->joined = counts.joined;
  counters->alone_window = counts.alone_window;
  counters->alone_capacity = counts.alone_capacity;
}

static void join_locked(pc_etw_source *source, const pc_process_event *event) {
  pc_counters_t *counters = &source->base.stream.counters;
  pc_stream_accept_locked(&source->base.stream);
  pc_join_put_result result = pc_join_put(source->join, event, pc_steady_us());
  pc_etw_count_joins_locked(source);
  if (result == PC_JOIN_WAITS) return;
  /* It is not a record of its own after all. */
  counters->decoded--;
  source->base.stream.waiting--;
  if (result == PC_JOIN_MERGED) counters->filtered_merged++;
  else counters->failed_memory++;
}

void pc_etw_take_event(pc_session *session, const EVENT_RECORD *record) {
  pc_etw_source *source = session->context;
  pc_counters_t *counters = &source->base.stream.counters;
  pc_process_event event;
  pc_decoded decoded = decode(session, record, &event);
  pc_lock_enter(&source->base.stream.lock);
  counters->received++;
  switch (decoded) {
    case PC_DECODED_EVENT: join_locked(source, &event); break;
    case PC_DECODED_OTHER: counters->filtered_kind++; break;
    case PC_DECODED_VERSION: counters->failed_version++; break;
    case PC_DECODED_MALFORMED: counters->failed_malformed++; break;
  }
  pc_lock_leave(&source->base.stream.lock);
}

void pc_etw_enqueue_locked(void *context, pc_process_event *event) {
  pc_etw_source *source = context;
  if (source->queue_used == source->options.queue_capacity) {
    pc_stream_drop_locked(&source->base.stream, &source->base.stream.counters.dropped_queue);
    free(event);
    return;
  }
  uint32_t at = (source->queue_head + source->queue_used) % source->options.queue_capacity;
  source->queue[at] = (pc_etw_queued){event, pc_steady_us()};
  source->queue_used++;
  pc_signal_all(&source->queue_filled);
}

/* The oldest queued event, waiting for one; false when the source is finishing and empty. */
static bool dequeue_locked(pc_etw_source *source, pc_etw_queued *item) {
  while (source->queue_used == 0) {
    if (source->finishing) return false;
    (void)pc_signal_wait(&source->queue_filled, &source->base.stream.lock, IDLE_WAIT_MS);
  }
  *item = source->queue[source->queue_head];
  source->queue_head = (source->queue_head + 1) % source->options.queue_capacity;
  source->queue_used--;
  return true;
}

static bool is_behind(const pc_etw_source *source, const pc_etw_queued *item) {
  return pc_steady_us() - item->arrival_us > (uint64_t)source->options.behind_ms * 1000u;
}

/* Outside the lock: finds out what is missing and writes the record. */
static uint32_t make_record(pc_etw_source *source, const pc_etw_queued *item) {
  const pc_process_event *event = item->event;
  if (event->kind == PC_EVENT_END) return pc_encode_process(event, NULL, source->record, PC_READ_MIN_BYTES);
  pc_enrich_options options = {.flags = source->options.flags,
                               .max_bytes = (uint64_t)source->options.file_max_mb << 20,
                               .behind = is_behind(source, item)};
  pc_enrich(event, &options, source->enrichment);
  return pc_encode_process(event, source->enrichment, source->record, PC_READ_MIN_BYTES);
}

DWORD WINAPI pc_etw_enrich_thread(LPVOID parameter) {
  pc_etw_source *source = parameter;
  pc_stream *stream = &source->base.stream;
  pc_etw_queued item;
  pc_lock_enter(&stream->lock);
  while (dequeue_locked(source, &item)) {
    if (stream->closing) {
      pc_stream_drop_locked(stream, &stream->counters.dropped_ring);
    } else {
      pc_lock_leave(&stream->lock);
      uint32_t size = make_record(source, &item);
      pc_lock_enter(&stream->lock);
      if (item.event->kind == PC_EVENT_START) pc_enrich_count(source->enrichment, &stream->counters);
      pc_stream_put_locked(stream, source->record, size);
    }
    free(item.event);
  }
  pc_stream_end_locked(stream);
  pc_lock_leave(&stream->lock);
  return 0;
}

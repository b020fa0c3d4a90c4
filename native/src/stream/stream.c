#include "stream.h"

#include <string.h>

/* A full writer looks again at least this often, in case a wake-up went to another. */
enum { WRITER_WAIT_MS = 100 };

static bool is_control(uint16_t kind) { return kind >= PC_RECORD_BOOKMARK; }

bool pc_stream_init(pc_stream *stream, uint32_t ring_kb) {
  memset(stream, 0, sizeof *stream);
  pc_lock_init(&stream->lock);
  pc_signal_init(&stream->readable);
  pc_signal_init(&stream->writable);
  stream->counters.size = sizeof stream->counters;
  stream->counters.state = PC_STATE_RUNNING;
  return pc_ring_init(&stream->ring, ring_kb * 1024u);
}

void pc_stream_free(pc_stream *stream) { pc_ring_free(&stream->ring); }

void pc_stream_accept_locked(pc_stream *stream) {
  stream->counters.decoded++;
  stream->waiting++;
}

void pc_stream_take_back_locked(pc_stream *stream) {
  stream->counters.received--;
  stream->counters.decoded--;
  stream->waiting--;
}

void pc_stream_drop_locked(pc_stream *stream, uint64_t *cause) {
  stream->waiting--;
  stream->sequence++;
  (*cause)++;
}

static void stamp(pc_stream *stream, void *record) {
  pc_record head;
  memcpy(&head, record, sizeof head);
  head.sequence = stream->sequence + 1;
  uint64_t now = pc_filetime_now();
  uint64_t age_us = now > head.filetime ? (now - head.filetime) / 10 : 0;
  head.arrival_us = age_us > UINT32_MAX ? UINT32_MAX : (uint32_t)age_us;
  memcpy(record, &head, sizeof head);
}

static bool put(pc_stream *stream, void *record, uint32_t size, uint32_t reserve) {
  stamp(stream, record);
  if (!pc_ring_put(&stream->ring, record, size, reserve)) return false;
  stream->sequence++;
  if (stream->ring.used > stream->counters.ring_bytes_peak) {
    stream->counters.ring_bytes_peak = stream->ring.used;
  }
  pc_signal_all(&stream->readable);
  return true;
}

static void arrived(pc_stream *stream) {
  stream->waiting--;
  stream->in_ring++;
}

void pc_stream_put_locked(pc_stream *stream, void *record, uint32_t size) {
  if (size == 0 || size > PC_READ_MIN_BYTES) {
    pc_stream_drop_locked(stream, &stream->counters.dropped_size);
  } else if (put(stream, record, size, PC_CONTROL_RESERVE_BYTES)) {
    arrived(stream);
  } else {
    pc_stream_drop_locked(stream, &stream->counters.dropped_ring);
  }
}

static bool put_waiting(pc_stream *stream, void *record, uint32_t size) {
  while (!stream->closing) {
    if (put(stream, record, size, 0)) return true;
    if (stream->stopping) return false;
    (void)pc_signal_wait(&stream->writable, &stream->lock, WRITER_WAIT_MS);
  }
  return false;
}

bool pc_stream_put_waiting_locked(pc_stream *stream, void *record, uint32_t size) {
  if (size == 0 || size > PC_READ_MIN_BYTES) {
    pc_stream_drop_locked(stream, &stream->counters.dropped_size);
    return true;
  }
  bool done = put_waiting(stream, record, size);
  if (done) arrived(stream);
  return done;
}

void pc_stream_control_locked(pc_stream *stream, void *record, uint32_t size) {
  if (size > 0 && put(stream, record, size, 0)) stream->counters.control_records++;
}

bool pc_stream_control_waiting_locked(pc_stream *stream, void *record, uint32_t size) {
  if (size == 0) return true;
  bool done = put_waiting(stream, record, size);
  if (done) stream->counters.control_records++;
  return done;
}

void pc_stream_end_locked(pc_stream *stream) {
  stream->ended = true;
  stream->counters.state = PC_STATE_STOPPED;
  pc_signal_all(&stream->readable);
}

void pc_stream_stop_waiting(pc_stream *stream) {
  pc_lock_enter(&stream->lock);
  stream->stopping = true;
  pc_signal_all(&stream->writable);
  pc_lock_leave(&stream->lock);
}

void pc_stream_close(pc_stream *stream) {
  pc_lock_enter(&stream->lock);
  stream->closing = true;
  pc_signal_all(&stream->readable);
  pc_signal_all(&stream->writable);
  pc_lock_leave(&stream->lock);
}

static uint32_t take_batch(pc_stream *stream, uint8_t *to, uint32_t capacity, uint32_t *used) {
  uint32_t count = 0;
  for (;;) {
    uint32_t size = pc_ring_peek(&stream->ring);
    if (size == 0 || size > capacity - *used) return count;
    pc_ring_take(&stream->ring, to + *used, size);
    pc_record head;
    memcpy(&head, to + *used, sizeof head);
    if (!is_control(head.kind)) {
      stream->in_ring--;
      stream->counters.delivered++;
    }
    *used += size;
    count++;
  }
}

int32_t pc_stream_read(pc_stream *stream, void *buffer, uint32_t capacity, uint32_t timeout_ms,
                       uint32_t *bytes, uint32_t *count) {
  uint64_t until_us = pc_steady_us() + (uint64_t)timeout_ms * 1000u;
  *bytes = *count = 0;
  pc_lock_enter(&stream->lock);
  int32_t code = PC_OK;
  while (stream->ring.used == 0 || stream->closing) {
    if (stream->ended || stream->closing) code = PC_ENDED;
    uint64_t now_us = pc_steady_us();
    if (code == PC_OK && now_us >= until_us) code = PC_TIMEOUT;
    if (code != PC_OK) break;
    (void)pc_signal_wait(&stream->readable, &stream->lock,
                         (uint32_t)((until_us - now_us + 999u) / 1000u));
  }
  if (code == PC_OK) {
    *count = take_batch(stream, buffer, capacity, bytes);
    if (*count == 0) {
      *bytes = pc_ring_peek(&stream->ring);
      code = PC_E_BUFFER;
    }
    pc_signal_all(&stream->writable);
  }
  pc_lock_leave(&stream->lock);
  return code;
}

void pc_stream_count(pc_stream *stream, pc_counters_t *counters) {
  pc_lock_enter(&stream->lock);
  pc_counters_t *own = &stream->counters;
  own->filtered = own->filtered_kind + own->filtered_merged;
  own->failed = own->failed_version + own->failed_malformed + own->failed_memory + own->failed_render;
  own->dropped = own->dropped_ring + own->dropped_queue + own->dropped_size + own->dropped_memory;
  own->queued = (uint64_t)stream->waiting + stream->in_ring;
  own->ring_bytes = stream->ring.used;
  *counters = *own;
  pc_lock_leave(&stream->lock);
}

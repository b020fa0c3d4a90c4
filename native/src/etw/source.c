#include "source.h"

#include "../base/cause.h"
#include "../base/system.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Values a member of 0 takes; what they are measured on is told in docs. */
static const pc_etw_options defaults = {
    .size = sizeof(pc_etw_options),
    .flags = PC_ETW_DEFAULT,
    .ring_kb = 16384,
    .buffer_kb = 32,
    .buffers_min = 64,
    .buffers_max = 512,
    .flush_ms = 5,
    .join_stamp_us = 1000,
    .join_arrival_ms = 2000,
    .join_capacity = 4096,
    .queue_capacity = 32768,
    .behind_ms = 250,
    .file_max_mb = 64,
};

typedef struct option_range {
  size_t at;
  uint32_t least, most;
} option_range;

#define RANGE(member, least, most) {offsetof(pc_etw_options, member), least, most}
static const option_range ranges[] = {
    RANGE(flags, 1, PC_ETW_DEFAULT),   RANGE(ring_kb, 1024, 1048576),      RANGE(buffer_kb, 4, 1024),
    RANGE(buffers_min, 2, 4096),       RANGE(buffers_max, 2, 16384),       RANGE(flush_ms, 1, 1000),
    RANGE(join_stamp_us, 1, 1000000),  RANGE(join_arrival_ms, 1, 60000),   RANGE(join_capacity, 16, 65536),
    RANGE(queue_capacity, 64, 1048576), RANGE(behind_ms, 1, 60000),        RANGE(file_max_mb, 1, 4096),
};

static bool read_options(const pc_etw_options *given, pc_etw_options *options) {
  if (given == NULL || given->size < sizeof *given) return false;
  *options = *given;
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    uint32_t value;
    memcpy(&value, (const char *)options + ranges[i].at, sizeof value);
    if (value == 0) memcpy((char *)options + ranges[i].at, (const char *)&defaults + ranges[i].at, sizeof value);
    else if (value < ranges[i].least || value > ranges[i].most) return false;
  }
  return options->buffers_min <= options->buffers_max && (options->flags & (PC_ETW_CLASSIC | PC_ETW_MANIFEST)) != 0;
}

static void watch_session(pc_etw_source *source, int at, const pc_session_kind *kind, uint32_t flag) {
  source->watches[at].active = (source->options.flags & flag) != 0;
  source->watches[at].session = (pc_session){.kind = kind,
                                             .api = &source->api,
                                             .on_event = pc_etw_take_event,
                                             .context = source,
                                             .buffer_kb = source->options.buffer_kb,
                                             .buffers_min = source->options.buffers_min,
                                             .buffers_max = source->options.buffers_max};
}

static bool allocate(pc_etw_source *source) {
  const pc_etw_options *options = &source->options;
  pc_join_options join = {.capacity = options->join_capacity,
                          .stamp_tolerance = (uint64_t)options->join_stamp_us * 10u,
                          .window_us = (uint64_t)options->join_arrival_ms * 1000u};
  pc_signal_init(&source->queue_filled);
  source->join = pc_join_create(&join, pc_etw_enqueue_locked, source);
  source->queue = calloc(options->queue_capacity, sizeof *source->queue);
  source->enrichment = malloc(sizeof *source->enrichment);
  source->record = malloc(PC_READ_MIN_BYTES);
  source->stop_event = CreateEventW(NULL, TRUE, FALSE, NULL);
  return pc_stream_init(&source->base.stream, options->ring_kb) && source->join != NULL && source->queue != NULL &&
         source->enrichment != NULL && source->record != NULL && source->stop_event != NULL;
}

static void wait_and_close(HANDLE *thread) {
  if (*thread == NULL) return;
  (void)WaitForSingleObject(*thread, INFINITE);
  CloseHandle(*thread);
  *thread = NULL;
}

/* The sessions first, which hand over all they hold; then what waits for a partner; the enricher
   works off its queue and ends the stream. */
static void stop(pc_source *base) {
  pc_etw_source *source = (pc_etw_source *)base;
  SetEvent(source->stop_event);
  wait_and_close(&source->watcher);
  for (int i = 0; i < PC_ETW_SESSIONS; i++) {
    pc_etw_watch *watch = &source->watches[i];
    if (watch->started && !watch->down) pc_etw_stop_session(source, watch);
  }
  pc_lock_enter(&base->stream.lock);
  pc_join_flush(source->join);
  pc_etw_count_joins_locked(source);
  source->finishing = true;
  pc_signal_all(&source->queue_filled);
  if (source->enricher == NULL) pc_stream_end_locked(&base->stream);
  pc_lock_leave(&base->stream.lock);
}

static void free_source(pc_etw_source *source) {
  pc_join_free(source->join);
  free(source->queue);
  free(source->enrichment);
  free(source->record);
  if (source->stop_event != NULL) CloseHandle(source->stop_event);
  pc_stream_free(&source->base.stream);
  free(source);
}

static void interrupt(pc_object *object) { pc_stream_close(&((pc_source *)object)->stream); }

static void destroy(pc_object *object) {
  pc_etw_source *source = (pc_etw_source *)object;
  pc_source_stop(&source->base);
  wait_and_close(&source->enricher);
  free_source(source);
}

static int32_t start_sessions(pc_etw_source *source, pc_cause *cause) {
  for (int i = 0; i < PC_ETW_SESSIONS; i++) {
    pc_etw_watch *watch = &source->watches[i];
    bool reclaimed = false;
    if (!watch->active) continue;
    int32_t code = pc_session_start(&watch->session, &reclaimed, cause);
    if (code != PC_OK) return code;
    watch->started = true;
    pc_lock_enter(&source->base.stream.lock);
    source->base.stream.counters.sessions_reclaimed += reclaimed;
    pc_lock_leave(&source->base.stream.lock);
  }
  return PC_OK;
}

static int32_t start(pc_etw_source *source, pc_cause *cause) {
  pc_stay_loaded();
  source->enricher = CreateThread(NULL, 0, pc_etw_enrich_thread, source, 0, NULL);
  if (source->enricher == NULL) return pc_fail_last(cause, "CreateThread");
  pc_etw_set_expectation_locked(source); /* no other thread has it yet but the idle enricher */
  int32_t code = start_sessions(source, cause);
  if (code != PC_OK) return code;
  source->watcher = CreateThread(NULL, 0, pc_etw_watch_thread, source, 0, NULL);
  return source->watcher != NULL ? PC_OK : pc_fail_last(cause, "CreateThread");
}

int32_t pc_etw_open(const pc_etw_options *given, pc_handle *handle, pc_cause *cause) {
  pc_etw_options options;
  pc_cause_clear(cause);
  if (handle == NULL || !read_options(given, &options)) return PC_E_ARGUMENT;
  pc_etw_source *source = calloc(1, sizeof *source);
  if (source == NULL) return PC_E_MEMORY;
  source->options = options;
  source->base = (pc_source){.object = {PC_OBJECT_SOURCE, interrupt, destroy}, .stop = stop};
  pc_lock_init(&source->base.stop_lock);
  if (!allocate(source)) {
    free_source(source);
    return PC_E_MEMORY;
  }
  if (!pc_etw_functions(&source->api)) {
    free_source(source);
    return pc_fail_last(cause, "GetProcAddress");
  }
  watch_session(source, 0, &pc_session_classic, PC_ETW_CLASSIC);
  watch_session(source, 1, &pc_session_manifest, PC_ETW_MANIFEST);
  /* Without these the sessions and other users' processes are refused, which those calls report. */
  (void)pc_privilege_enable(SE_SYSTEM_PROFILE_NAME);
  (void)pc_privilege_enable(SE_DEBUG_NAME);
  int32_t code = start(source, cause);
  if (code == PC_OK) code = pc_handle_create(&source->base.object, handle);
  if (code != PC_OK) {
    interrupt(&source->base.object);
    destroy(&source->base.object);
  }
  return code;
}

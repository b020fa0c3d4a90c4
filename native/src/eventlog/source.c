/* The event-log source: one thread that fetches, renders and puts, and never drops: a full ring
   makes it wait, for the log keeps what is not read. */
#include "../base/cause.h"
#include "../base/source.h"
#include "../base/system.h"
#include "render.h"
#include "subscription.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_DEFAULT = 128, BATCH_MOST = 512, RING_KB_DEFAULT = 8192 };
/* The service's signal is the fast way; this is the safe one. */
enum { LOOK_EVERY_MS = 1000, SOUND_BATCHES = 64, RETRY_FIRST_MS = 250, RETRY_MOST_MS = 10000, NOTICE_BYTES = 8192 };

typedef struct eventlog_source {
  pc_source base; /* first: this is what a handle names */
  pc_evt_api api;
  pc_subscription subscription;
  pc_renderer renderer;
  uint32_t batch_most, batch; /* as asked for, and what the service hands over of large events */
  uint32_t sound_batches;     /* since the batch was made smaller */
  HANDLE stop_event, thread;
  uint8_t *record;
} eventlog_source;

static void begin_notice(eventlog_source *source, pc_record_writer *writer, void *buffer, uint32_t bytes, uint16_t kind) {
  const wchar_t *name = source->subscription.channel->name;
  pc_record_begin(writer, buffer, bytes, kind, pc_filetime_now());
  pc_record_text(writer, PC_FIELD_CHANNEL, (const uint16_t *)name, (uint32_t)wcslen(name));
}

static bool post_notice(eventlog_source *source, pc_record_writer *writer) {
  uint32_t size = pc_record_end(writer);
  pc_lock_enter(&source->base.stream.lock);
  bool posted = pc_stream_control_waiting_locked(&source->base.stream, writer->at, size);
  pc_lock_leave(&source->base.stream.lock);
  return posted;
}

static bool post_bookmark(eventlog_source *source) {
  pc_record_writer writer;
  uint32_t units;
  wchar_t *text = pc_render_bookmark(&source->api, source->subscription.bookmark, &units);
  if (text == NULL) return true; /* the next batch's bookmark covers this one too */
  begin_notice(source, &writer, source->record, PC_READ_MIN_BYTES, PC_RECORD_BOOKMARK);
  pc_record_text(&writer, PC_FIELD_BOOKMARK, (const uint16_t *)text, units);
  free(text);
  return post_notice(source, &writer);
}

static void post_error(eventlog_source *source, const pc_cause *cause) {
  pc_record_writer writer;
  uint64_t buffer[NOTICE_BYTES / sizeof(uint64_t)];
  begin_notice(source, &writer, buffer, NOTICE_BYTES, PC_RECORD_SOURCE_ERROR);
  pc_record_u32(&writer, PC_FIELD_CAUSE_KIND, cause->kind);
  pc_record_u32(&writer, PC_FIELD_CAUSE_VALUE, cause->value);
  pc_record_ascii(&writer, PC_FIELD_CAUSE_API, cause->api, (uint32_t)strlen(cause->api));
  (void)post_notice(source, &writer);
}

/* The first event after a resume at the oldest: what is between the bookmark and it is gone. */
static bool post_gap(eventlog_source *source, uint64_t first_record) {
  pc_record_writer writer;
  uint64_t missing, buffer[NOTICE_BYTES / sizeof(uint64_t)];
  bool known = pc_subscription_missing(&source->subscription, first_record, &missing);
  source->subscription.gap_open = false;
  begin_notice(source, &writer, buffer, NOTICE_BYTES, PC_RECORD_GAP);
  if (known) pc_record_u64(&writer, PC_FIELD_GAP_RECORDS, missing);
  else pc_record_missing(&writer, PC_FIELD_GAP_RECORDS, PC_TYPE_U64, PC_ABSENT);
  pc_lock_enter(&source->base.stream.lock);
  source->base.stream.counters.gaps++;
  source->base.stream.counters.gap_records += missing;
  pc_lock_leave(&source->base.stream.lock);
  return post_notice(source, &writer);
}

/* False: the source is stopping and the event was not taken. */
static bool take_event(eventlog_source *source, EVT_HANDLE event) {
  pc_stream *stream = &source->base.stream;
  pc_rendered rendered;
  bool taken = true;
  bool ok = pc_render_event(&source->renderer, event, source->record, PC_READ_MIN_BYTES, &rendered);
  if (ok && source->subscription.gap_open && !post_gap(source, rendered.record_id)) return false;
  pc_lock_enter(&stream->lock);
  stream->counters.received++;
  if (!ok) {
    stream->counters.failed_render++;
  } else if (!rendered.wanted) {
    stream->counters.filtered_kind++;
  } else {
    pc_stream_accept_locked(stream);
    taken = pc_stream_put_waiting_locked(stream, source->record, rendered.size);
    if (!taken) pc_stream_take_back_locked(stream);
  }
  pc_lock_leave(&stream->lock);
  if (taken) (void)pc_subscription_advance(&source->subscription, event, rendered.record_id);
  return taken;
}

/*
 * The service hands over at most 2 MB at once and fails otherwise, before some Windows 10 for good: a hundred starts with long
 * command lines are more. Asked again for as many it would fail for ever, so it is asked for fewer, after the bookmark,
 * since the failed ones count as read. Nothing is lost by it, so nobody is told.
 */
static bool ask_for_fewer(eventlog_source *source, pc_cause *cause) {
  source->batch = (source->batch + 1) / 2;
  source->sound_batches = 0;
  return pc_subscription_start(&source->subscription, cause) == PC_OK;
}

static void ask_for_more(eventlog_source *source) {
  if (source->batch == source->batch_most || ++source->sound_batches < SOUND_BATCHES) return;
  source->batch = 2 * source->batch < source->batch_most ? 2 * source->batch : source->batch_most;
  source->sound_batches = 0;
}

/* One EvtNext; *more tells whether another may bring events at once. False: broken, or stopping. */
static bool take_batch(eventlog_source *source, bool *more, pc_cause *cause) {
  EVT_HANDLE events[BATCH_MOST];
  DWORD count;
  pc_subscription_state state = pc_subscription_next(&source->subscription, events, source->batch, &count, cause);
  *more = count > 0 || state == PC_SUBSCRIPTION_TOO_MUCH;
  if (state == PC_SUBSCRIPTION_TOO_MUCH) return ask_for_fewer(source, cause);
  if (state == PC_SUBSCRIPTION_BROKEN) return false;
  bool taken = true;
  for (DWORD i = 0; i < count; i++) {
    taken = taken && take_event(source, events[i]);
    source->api.close(events[i]);
  }
  if (count > 0) (void)post_bookmark(source);
  if (count > 0) ask_for_more(source);
  return taken;
}

static bool is_stopping(const eventlog_source *source) {
  return WaitForSingleObject(source->stop_event, 0) == WAIT_OBJECT_0;
}

/* Reads until the subscription breaks or the source stops. */
static void read_on(eventlog_source *source, pc_cause *cause) {
  HANDLE waits[] = {source->stop_event, source->subscription.signal};
  while (!is_stopping(source)) {
    bool more = false;
    if (!take_batch(source, &more, cause)) return;
    if (more) continue;
    if (!pc_subscription_hear(&source->subscription, cause)) return;
    (void)WaitForMultipleObjects(2, waits, FALSE, LOOK_EVERY_MS);
  }
}

static void set_state(eventlog_source *source, uint32_t state) {
  pc_lock_enter(&source->base.stream.lock);
  source->base.stream.counters.state = state;
  if (state == PC_STATE_RUNNING) source->base.stream.counters.sessions_restarted++;
  else source->base.stream.counters.sessions_stopped++;
  pc_lock_leave(&source->base.stream.lock);
}

/* Goes on after the last event taken, as soon as the service lets us. */
static void resume(eventlog_source *source, pc_cause *cause) {
  DWORD retry_ms = RETRY_FIRST_MS;
  set_state(source, PC_STATE_RESTARTING);
  post_error(source, cause);
  while (WaitForSingleObject(source->stop_event, retry_ms) != WAIT_OBJECT_0) {
    if (pc_subscription_start(&source->subscription, cause) == PC_OK) {
      set_state(source, PC_STATE_RUNNING);
      return;
    }
    retry_ms = 2 * retry_ms < RETRY_MOST_MS ? 2 * retry_ms : RETRY_MOST_MS;
  }
}

static DWORD WINAPI run(LPVOID parameter) {
  eventlog_source *source = parameter;
  while (!is_stopping(source)) {
    pc_cause cause = {.size = sizeof cause};
    read_on(source, &cause);
    if (!is_stopping(source)) resume(source, &cause);
  }
  pc_lock_enter(&source->base.stream.lock);
  pc_stream_end_locked(&source->base.stream);
  pc_lock_leave(&source->base.stream.lock);
  return 0;
}

static void stop(pc_source *base) {
  eventlog_source *source = (eventlog_source *)base;
  SetEvent(source->stop_event);
  pc_stream_stop_waiting(&base->stream);
  if (source->thread == NULL) return;
  (void)WaitForSingleObject(source->thread, INFINITE);
  CloseHandle(source->thread);
  source->thread = NULL;
}

static void interrupt(pc_object *object) { pc_stream_close(&((pc_source *)object)->stream); }

static void destroy(pc_object *object) {
  eventlog_source *source = (eventlog_source *)object;
  if (source->stop_event != NULL) {
    pc_source_stop(&source->base);
    CloseHandle(source->stop_event);
  }
  if (source->renderer.api != NULL) pc_renderer_free(&source->renderer);
  if (source->subscription.api != NULL) pc_subscription_free(&source->subscription);
  pc_stream_free(&source->base.stream);
  free(source->record);
  free(source);
}

static int32_t start(eventlog_source *source, const wchar_t *bookmark, uint32_t ring_kb, pc_cause *cause) {
  source->stop_event = CreateEventW(NULL, TRUE, FALSE, NULL);
  source->record = malloc(PC_READ_MIN_BYTES);
  if (source->stop_event == NULL || source->record == NULL || !pc_stream_init(&source->base.stream, ring_kb)) {
    return PC_E_MEMORY;
  }
  if (!pc_evt_functions(&source->api)) return pc_fail_last(cause, "GetProcAddress");
  source->subscription.api = &source->api;
  int32_t code = pc_subscription_init(&source->subscription, bookmark, cause);
  if (code != PC_OK) return code;
  if (!pc_renderer_init(&source->renderer, &source->api, source->subscription.channel)) {
    return pc_fail_last(cause, "EvtCreateRenderContext");
  }
  code = pc_subscription_start(&source->subscription, cause);
  if (code != PC_OK) return code;
  pc_stay_loaded();
  source->thread = CreateThread(NULL, 0, run, source, 0, NULL);
  return source->thread != NULL ? PC_OK : pc_fail_last(cause, "CreateThread");
}

static int32_t open_source(const pc_channel *channel, const wchar_t *bookmark, const pc_eventlog_options *options,
                           pc_handle *handle, pc_cause *cause) {
  uint32_t ring_kb = options->ring_kb != 0 ? options->ring_kb : RING_KB_DEFAULT;
  eventlog_source *source = calloc(1, sizeof *source);
  if (source == NULL) return PC_E_MEMORY;
  source->base = (pc_source){.object = {PC_OBJECT_SOURCE, interrupt, destroy}, .stop = stop};
  pc_lock_init(&source->base.stop_lock);
  source->batch = source->batch_most = options->batch != 0 ? options->batch : BATCH_DEFAULT;
  source->subscription.channel = channel;
  source->subscription.from_oldest = (options->flags & PC_EVENTLOG_OLDEST) != 0;
  int32_t code = start(source, bookmark, ring_kb, cause);
  if (code == PC_OK) code = pc_handle_create(&source->base.object, handle);
  if (code != PC_OK) {
    interrupt(&source->base.object);
    destroy(&source->base.object);
  }
  return code;
}

int32_t pc_eventlog_open(const uint16_t *channel, uint32_t channel_units, const uint16_t *bookmark,
                         uint32_t bookmark_units, const pc_eventlog_options *options, pc_handle *handle,
                         pc_cause *cause) {
  pc_cause_clear(cause);
  if (options == NULL || options->size < sizeof *options || handle == NULL || options->batch > BATCH_MOST ||
      (options->ring_kb != 0 && (options->ring_kb < 1024 || options->ring_kb > 1048576))) {
    return PC_E_ARGUMENT;
  }
  pc_channel_facts facts = {.size = sizeof facts};
  int32_t found = pc_eventlog_channel(channel, channel_units, &facts, cause);
  if (found == PC_E_NOT_FOUND) return found;
  if (found == PC_OK && !facts.enabled) return PC_E_CHANNEL_DISABLED;
  pc_cause_clear(cause); /* anything else is the subscription's to say */

  wchar_t *name = pc_wide_copy(channel, channel_units);
  wchar_t *position = bookmark_units > 0 ? pc_wide_copy(bookmark, bookmark_units) : NULL;
  int32_t code = PC_E_ARGUMENT;
  if (name != NULL && (bookmark_units == 0 || position != NULL)) {
    const pc_channel *known = pc_channel_named(name);
    code = known != NULL ? open_source(known, position, options, handle, cause) : PC_E_UNSUPPORTED;
  }
  free(name);
  free(position);
  return code;
}

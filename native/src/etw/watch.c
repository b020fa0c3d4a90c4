/* The watching thread: flushes every few milliseconds, counts losses, restarts what was stopped. */
#include "source.h"

#include "../stream/record.h"

#include <string.h>
#include <wchar.h>

enum { LOOK_EVERY_US = 1000000, RETRY_FIRST_MS = 100, RETRY_MOST_MS = 5000, NOTICE_BYTES = 1024 };

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x2
#endif

typedef struct notice {
  pc_record_writer writer;
  uint64_t buffer[NOTICE_BYTES / sizeof(uint64_t)];
} notice;

static void begin_notice(notice *n, uint16_t kind, const pc_etw_watch *watch) {
  const wchar_t *name = watch->session.kind->name;
  pc_record_begin(&n->writer, n->buffer, NOTICE_BYTES, kind, pc_filetime_now());
  pc_record_text(&n->writer, PC_FIELD_SESSION_NAME, (const uint16_t *)name, (uint32_t)wcslen(name));
}

static void post_notice_locked(pc_etw_source *source, notice *n) {
  pc_stream_control_locked(&source->base.stream, n->buffer, pc_record_end(&n->writer));
}

void pc_etw_set_expectation_locked(pc_etw_source *source) {
  bool both = true;
  for (int i = 0; i < PC_ETW_SESSIONS; i++) both = both && source->watches[i].active && !source->watches[i].down;
  pc_join_expect_both(source->join, both);
  pc_etw_count_joins_locked(source);
}

static void note_stopped(pc_etw_source *source, pc_etw_watch *watch) {
  notice n;
  begin_notice(&n, PC_RECORD_SESSION_STOPPED, watch);
  pc_record_u32(&n.writer, PC_FIELD_CAUSE_KIND, PC_CAUSE_WIN32);
  pc_record_u32(&n.writer, PC_FIELD_CAUSE_VALUE, watch->session.end_status);
  watch->down_since = pc_filetime_now();
  watch->retry_at_us = 0;
  watch->retry_ms = RETRY_FIRST_MS;
  pc_lock_enter(&source->base.stream.lock);
  watch->down = true;
  source->base.stream.counters.sessions_stopped++;
  source->base.stream.counters.state = PC_STATE_RESTARTING;
  pc_etw_set_expectation_locked(source);
  post_notice_locked(source, &n);
  pc_lock_leave(&source->base.stream.lock);
}

static void note_failed(pc_etw_source *source, pc_etw_watch *watch, const pc_cause *cause) {
  notice n;
  begin_notice(&n, PC_RECORD_SOURCE_ERROR, watch);
  pc_record_u32(&n.writer, PC_FIELD_CAUSE_KIND, cause->kind);
  pc_record_u32(&n.writer, PC_FIELD_CAUSE_VALUE, cause->value);
  pc_record_ascii(&n.writer, PC_FIELD_CAUSE_API, cause->api, (uint32_t)strlen(cause->api));
  watch->retry_at_us = pc_steady_us() + (uint64_t)watch->retry_ms * 1000u;
  watch->retry_ms = 2 * watch->retry_ms < RETRY_MOST_MS ? 2 * watch->retry_ms : RETRY_MOST_MS;
  pc_lock_enter(&source->base.stream.lock);
  post_notice_locked(source, &n);
  pc_lock_leave(&source->base.stream.lock);
}

static void note_started(pc_etw_source *source, pc_etw_watch *watch, bool reclaimed) {
  notice n;
  begin_notice(&n, PC_RECORD_SESSION_STARTED, watch);
  pc_record_filetime(&n.writer, PC_FIELD_SINCE, watch->down_since);
  pc_lock_enter(&source->base.stream.lock);
  pc_counters_t *counters = &source->base.stream.counters;
  watch->down = false;
  counters->sessions_restarted++;
  counters->sessions_reclaimed += reclaimed;
  counters->state = PC_STATE_RUNNING;
  for (int i = 0; i < PC_ETW_SESSIONS; i++) {
    if (source->watches[i].down) counters->state = PC_STATE_RESTARTING;
  }
  pc_etw_set_expectation_locked(source);
  post_notice_locked(source, &n);
  pc_lock_leave(&source->base.stream.lock);
}

static void note_losses(pc_etw_source *source, const pc_etw_watch *watch, const pc_session_losses *losses) {
  notice n;
  if (losses->events == 0 && losses->buffers == 0) return;
  begin_notice(&n, PC_RECORD_LOSS, watch);
  pc_record_u64(&n.writer, PC_FIELD_LOST_EVENTS, losses->events);
  pc_record_u64(&n.writer, PC_FIELD_LOST_BUFFERS, losses->buffers);
  pc_lock_enter(&source->base.stream.lock);
  source->base.stream.counters.etw_events_lost += losses->events;
  source->base.stream.counters.etw_buffers_lost += losses->buffers;
  post_notice_locked(source, &n);
  pc_lock_leave(&source->base.stream.lock);
}

void pc_etw_stop_session(pc_etw_source *source, pc_etw_watch *watch) {
  pc_session_losses losses;
  pc_session_stop(&watch->session, &losses);
  note_losses(source, watch, &losses);
}

static void keep_running(pc_etw_source *source, pc_etw_watch *watch) {
  if (!watch->down) {
    if (!pc_session_has_ended(&watch->session)) return;
    pc_etw_stop_session(source, watch); /* frees the ended thread and its trace */
    note_stopped(source, watch);
  }
  if (pc_steady_us() < watch->retry_at_us) return;
  pc_cause cause = {.size = sizeof cause};
  bool reclaimed = false;
  if (pc_session_start(&watch->session, &reclaimed, &cause) == PC_OK) note_started(source, watch, reclaimed);
  else note_failed(source, watch, &cause);
}

static void look_for_losses(pc_etw_source *source, pc_etw_watch *watch) {
  pc_session_losses losses;
  if (!watch->down && pc_session_look(&watch->session, &losses)) note_losses(source, watch, &losses);
}

static void tick(pc_etw_source *source, uint64_t *look_at_us) {
  uint64_t now_us = pc_steady_us();
  bool look = now_us >= *look_at_us;
  if (look) *look_at_us = now_us + LOOK_EVERY_US;
  for (int i = 0; i < PC_ETW_SESSIONS; i++) {
    pc_etw_watch *watch = &source->watches[i];
    if (!watch->active) continue;
    keep_running(source, watch);
    if (!watch->down) pc_session_flush(&watch->session);
    if (look) look_for_losses(source, watch);
  }
  pc_lock_enter(&source->base.stream.lock);
  pc_join_expire(source->join, now_us);
  pc_etw_count_joins_locked(source);
  pc_lock_leave(&source->base.stream.lock);
}

/* Ordinary waits last a clock tick, up to 15.6 ms; high-resolution timers exist from Windows 10 1803. */
static HANDLE create_timer(uint32_t every_ms) {
  HANDLE timer = CreateWaitableTimerExW(NULL, NULL, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS);
  if (timer == NULL) timer = CreateWaitableTimerExW(NULL, NULL, 0, TIMER_ALL_ACCESS);
  LARGE_INTEGER first = {.QuadPart = -10000 * (LONGLONG)every_ms};
  if (timer != NULL && !SetWaitableTimer(timer, &first, (LONG)every_ms, NULL, NULL, FALSE)) {
    CloseHandle(timer);
    timer = NULL;
  }
  return timer;
}

DWORD WINAPI pc_etw_watch_thread(LPVOID parameter) {
  pc_etw_source *source = parameter;
  HANDLE timer = create_timer(source->options.flush_ms);
  HANDLE waits[] = {source->stop_event, timer};
  uint64_t look_at_us = 0;
  for (;;) {
    DWORD woken = timer != NULL ? WaitForMultipleObjects(2, waits, FALSE, INFINITE)
                                : WaitForSingleObject(source->stop_event, source->options.flush_ms);
    if (woken == WAIT_OBJECT_0) break;
    tick(source, &look_at_us);
  }
  if (timer != NULL) CloseHandle(timer);
  return 0;
}

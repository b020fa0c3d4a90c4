#include "subscription.h"

#include "../base/cause.h"
#include "arrears.h"
#include "channel_facts.h"
#include "render.h"

enum { NEWEST_WAIT_MS = 2000, MUTE_MOST_MS = 20000 };

int32_t pc_subscription_init(pc_subscription *s, const wchar_t *bookmark, pc_cause *cause) {
  s->signal = CreateEventW(NULL, TRUE, TRUE, NULL);
  if (s->signal == NULL) return pc_fail_last(cause, "CreateEventW");
  s->bookmark = s->api->create_bookmark(bookmark);
  if (s->bookmark == NULL) {
    int32_t code = pc_fail_last(cause, "EvtCreateBookmark");
    return bookmark != NULL ? PC_E_ARGUMENT : code;
  }
  s->has_position = bookmark != NULL;
  s->last_record = s->looked = bookmark != NULL ? pc_bookmark_record(s->api, s->bookmark) : 0;
  return PC_OK;
}

static void unsubscribe(pc_subscription *s) {
  if (s->handle != NULL) s->api->close(s->handle);
  s->handle = NULL;
}

void pc_subscription_free(pc_subscription *s) {
  unsubscribe(s);
  if (s->bookmark != NULL) s->api->close(s->bookmark);
  if (s->signal != NULL) CloseHandle(s->signal);
}

/*
 * Where "from now on" begins: at the newest record, which becomes the position. Without one, a subscription that breaks
 * before it brought anything would begin at a later now, and what came in between would be lost unseen. Of an empty
 * log every record is new. When nobody knows, now is when the service answers.
 */
static void begin_at_newest(pc_subscription *s) {
  EVT_HANDLE newest, results = s->api->query(NULL, s->channel->name, L"*", EvtQueryChannelPath | EvtQueryReverseDirection);
  DWORD count = 0;
  if (results == NULL) return;
  if (s->api->next(results, 1, &newest, NEWEST_WAIT_MS, 0, &count) && count == 1) {
    s->has_position = s->api->update_bookmark(s->bookmark, newest) != 0;
    if (s->has_position) s->last_record = s->looked = pc_bookmark_record(s->api, s->bookmark);
    s->api->close(newest);
  } else {
    s->from_oldest = GetLastError() == ERROR_NO_MORE_ITEMS;
  }
  s->api->close(results);
}

static bool is_stale(DWORD error) {
  return error == ERROR_NOT_FOUND || error == ERROR_EVT_QUERY_RESULT_STALE ||
         error == ERROR_EVT_QUERY_RESULT_INVALID_POSITION;
}

/* Strict: what is overwritten before it was read breaks the subscription, instead of being skipped without a word. */
static bool subscribe(pc_subscription *s, EVT_HANDLE after, DWORD flags) {
  (void)SetEvent(s->signal); /* look once even if the service has nothing to announce */
  s->handle = s->api->subscribe(NULL, s->signal, s->channel->name, s->channel->query, after, NULL, NULL,
                                flags | EvtSubscribeStrict);
  return s->handle != NULL;
}

/* Documented with bookmarks first of all: a Windows that takes it with them only is asked without it. */
static bool subscribe_anew(pc_subscription *s, DWORD flags) {
  if (subscribe(s, NULL, flags)) return true;
  if (GetLastError() != ERROR_INVALID_PARAMETER) return false;
  s->handle = s->api->subscribe(NULL, s->signal, s->channel->name, s->channel->query, NULL, NULL, NULL, flags);
  return s->handle != NULL;
}

static void end_muteness(pc_subscription *s) {
  s->mute_since_ms = 0;
  s->in_arrears = false;
}

/* The oldest record that is left: 0 when that cannot be read. */
static uint64_t oldest_record(const pc_subscription *s) {
  pc_channel_facts facts = {.size = sizeof facts};
  pc_cause ignored = {.size = sizeof ignored};
  (void)pc_channel_measure(s->api, s->channel->name, &facts, &ignored);
  return facts.oldest_record;
}

int32_t pc_subscription_start(pc_subscription *s, pc_cause *cause) {
  unsubscribe(s);
  end_muteness(s);
  if (!s->has_position && !s->from_oldest && !s->gap_open) begin_at_newest(s);
  if (s->has_position) {
    if (subscribe(s, s->bookmark, EvtSubscribeStartAfterBookmark)) return PC_OK;
    if (!is_stale(GetLastError())) return pc_fail_last(cause, "EvtSubscribe");
    s->gap_open = true;
  }
  bool oldest = s->from_oldest || s->gap_open;
  if (s->gap_open) s->gap_end = oldest_record(s);
  if (subscribe_anew(s, oldest ? EvtSubscribeStartAtOldestRecord : EvtSubscribeToFutureEvents)) return PC_OK;
  return pc_fail_last(cause, "EvtSubscribe");
}

/*
 * EvtNext says ERROR_NO_MORE_ITEMS at the end of what there was, and from then on, until there is something new,
 * ERROR_INVALID_OPERATION: the subscription is sound, and has nothing to hand over. A new one for future events only says
 * it from the beginning. Neither is documented.
 */
pc_subscription_state pc_subscription_next(pc_subscription *s, EVT_HANDLE *events, DWORD most, DWORD *count,
                                           pc_cause *cause) {
  *count = 0;
  /* Reset before looking: an event that arrives in between sets it again. */
  (void)ResetEvent(s->signal);
  if (s->api->next(s->handle, most, events, 0, 0, count)) {
    end_muteness(s);
    return PC_SUBSCRIPTION_SOUND;
  }
  DWORD error = GetLastError();
  *count = 0;
  if (error == ERROR_INVALID_OPERATION) {
    if (s->mute_since_ms == 0) s->mute_since_ms = GetTickCount64();
    return PC_SUBSCRIPTION_SOUND;
  }
  end_muteness(s);
  if (error == ERROR_NO_MORE_ITEMS || error == ERROR_TIMEOUT) return PC_SUBSCRIPTION_SOUND;
  (void)pc_fail_win32(cause, "EvtNext", error);
  return error == RPC_S_INVALID_BOUND && most > 1 ? PC_SUBSCRIPTION_TOO_MUCH : PC_SUBSCRIPTION_BROKEN;
}

/*
 * Handles have been seen that say ERROR_INVALID_OPERATION for good, whatever is written. The channel itself tells them from
 * those that have nothing to say: subscribing anew for no reason would find the bookmark's record overwritten by
 * events of other kinds, and take that for a gap. An event that was written just now is the next look's.
 */
bool pc_subscription_hear(pc_subscription *s, pc_cause *cause) {
  ULONGLONG now_ms = GetTickCount64();
  if (s->mute_since_ms == 0 || now_ms - s->mute_since_ms < MUTE_MOST_MS || !(s->has_position || s->from_oldest)) return true;
  bool were_in_arrears = s->in_arrears;
  s->in_arrears = pc_arrears_found(s->api, s->channel, &s->looked);
  if (!s->in_arrears) s->mute_since_ms = now_ms;
  return !(s->in_arrears && were_in_arrears) || pc_subscription_start(s, cause) == PC_OK;
}

/* Records of other kinds that are left before the first event were not overwritten. */
bool pc_subscription_missing(const pc_subscription *s, uint64_t first_record, uint64_t *missing) {
  uint64_t end = s->gap_end != 0 && s->gap_end < first_record ? s->gap_end : first_record;
  /* A log begun anew counts from 1 again: then nobody knows. */
  bool known = s->last_record != 0 && end > s->last_record;
  *missing = known ? end - s->last_record - 1 : 0;
  return known;
}

bool pc_subscription_advance(pc_subscription *s, EVT_HANDLE event, uint64_t record_id) {
  if (!s->api->update_bookmark(s->bookmark, event)) return false;
  s->has_position = true;
  if (record_id != 0) s->last_record = s->looked = record_id; /* 0: it could not be read, and says nothing */
  return true;
}

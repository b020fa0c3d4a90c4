/* A subscription to one channel that always knows where to go on. */
#ifndef PC_EVENTLOG_SUBSCRIPTION_H
#define PC_EVENTLOG_SUBSCRIPTION_H

#include "channels.h"
#include "evt_api.h"
#include "problemchild.h"

typedef struct pc_subscription {
  const pc_evt_api *api;
  const pc_channel *channel;
  HANDLE signal;        /* set by the service when there are events */
  EVT_HANDLE handle;    /* NULL: not subscribed now */
  EVT_HANDLE bookmark;  /* of the last event taken */
  bool has_position;    /* the bookmark names an event */
  bool from_oldest;     /* where to begin without one */
  uint64_t last_record; /* EventRecordID of the bookmark, 0 when unknown */
  bool gap_open;        /* resumed at the oldest: the first event tells how many are missing */
  uint64_t gap_end;     /* then: the oldest record of any kind that is left, 0 when unknown */
  uint64_t mute_since_ms; /* since when EvtNext says nothing but ERROR_INVALID_OPERATION; 0: it does not */
  uint64_t looked;      /* newest record that was looked at for what it did not hand over */
  bool in_arrears;      /* the last look found some */
} pc_subscription;

/* `bookmark`: terminated XML, or NULL. PC_E_ARGUMENT when Windows does not take it for one. */
int32_t pc_subscription_init(pc_subscription *subscription, const wchar_t *bookmark, pc_cause *cause);
void pc_subscription_free(pc_subscription *subscription);

/* Subscribes strictly after the bookmark; when its event is gone, at the oldest, with gap_open. */
int32_t pc_subscription_start(pc_subscription *subscription, pc_cause *cause);

typedef enum pc_subscription_state {
  PC_SUBSCRIPTION_SOUND,
  PC_SUBSCRIPTION_TOO_MUCH, /* so many events are more than the service hands over at once: start again, ask for fewer */
  PC_SUBSCRIPTION_BROKEN
} pc_subscription_state;

/* Up to `most` events, each to be closed; 0 when there are none now, or when the subscription is not sound any more. */
pc_subscription_state pc_subscription_next(pc_subscription *subscription, EVT_HANDLE *events, DWORD most, DWORD *count,
                                           pc_cause *cause);

/* Asked when there is nothing now: subscribes anew where events stand in the channel that are not handed over. False:
   that failed. */
bool pc_subscription_hear(pc_subscription *subscription, pc_cause *cause);

/* How many records were overwritten between the bookmark and the first event after a gap; false when nobody knows. */
bool pc_subscription_missing(const pc_subscription *subscription, uint64_t first_record, uint64_t *missing);

/* The event was taken: go on after it. */
bool pc_subscription_advance(pc_subscription *subscription, EVT_HANDLE event, uint64_t record_id);

#endif

/* Which events of which channels are read, and which of their fields, by name. */
#ifndef PC_EVENTLOG_CHANNELS_H
#define PC_EVENTLOG_CHANNELS_H

#include <stdint.h>
#include <wchar.h>

enum { PC_CHANNEL_MOST_EVENTS = 5, PC_EVENT_MOST_FIELDS = 24 };

typedef struct pc_channel_event {
  uint32_t id;
  uint32_t field_count;
  const wchar_t *fields[PC_EVENT_MOST_FIELDS]; /* EventData/Data/@Name, of every version of the event */
} pc_channel_event;

typedef struct pc_channel {
  const wchar_t *name;
  const wchar_t *query; /* XPath: fewer than 20 terms */
  uint32_t event_count;
  pc_channel_event events[PC_CHANNEL_MOST_EVENTS];
} pc_channel;

/* By name, letter case ignored; NULL for a channel we cannot read. */
const pc_channel *pc_channel_named(const wchar_t *name);

#endif

/* One event of a channel as a record, its fields by name. */
#ifndef PC_EVENTLOG_RENDER_H
#define PC_EVENTLOG_RENDER_H

#include "../stream/record.h"
#include "channels.h"
#include "evt_api.h"

typedef struct pc_renderer {
  const pc_evt_api *api;
  const pc_channel *channel;
  EVT_HANDLE system;                           /* context of the System part */
  EVT_HANDLE fields[PC_CHANNEL_MOST_EVENTS];   /* context per event id */
  EVT_VARIANT *values;                         /* grows as events need */
  DWORD values_bytes;
} pc_renderer;

/* False with GetLastError. */
bool pc_renderer_init(pc_renderer *renderer, const pc_evt_api *api, const pc_channel *channel);
void pc_renderer_free(pc_renderer *renderer);

typedef struct pc_rendered {
  uint32_t size;      /* 0: larger than the buffer */
  uint32_t event_id;
  uint64_t record_id; /* EventRecordID */
  uint64_t filetime;  /* TimeCreated */
  bool wanted;        /* false: an event id we have no use for, or of another time; nothing was written */
} pc_rendered;

/* False when EvtRender failed. */
bool pc_render_event(pc_renderer *renderer, EVT_HANDLE event, void *buffer, uint32_t capacity,
                     pc_rendered *rendered);

/* The event as its XML, if it was written in that time; the renderer's channel may have no events.
   False when EvtRender failed. */
bool pc_render_xml(pc_renderer *renderer, EVT_HANDLE event, uint64_t from, uint64_t to, void *buffer, uint32_t capacity,
                   pc_rendered *rendered);

/* The bookmark's XML, to be freed, and its length in units; NULL with GetLastError. */
wchar_t *pc_render_bookmark(const pc_evt_api *api, EVT_HANDLE bookmark, uint32_t *units);

/* EventRecordID of the bookmark, 0 when it cannot be read or names no event. */
uint64_t pc_bookmark_record(const pc_evt_api *api, EVT_HANDLE bookmark);

#endif

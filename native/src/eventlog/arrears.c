#include "arrears.h"

#include "render.h"

#include <stdio.h>
#include <stdlib.h>

enum { QUERY_UNITS = 512, WAIT_MS = 2000 };

static const wchar_t front[] = L"*[System[";

/* Any record that was looked at is a match too: it is what ends the reading backwards. */
static bool write_query(wchar_t *to, const pc_channel *channel, uint64_t looked) {
  size_t units = wcslen(front);
  if (wcsncmp(channel->query, front, units) != 0) return false;
  int used = swprintf(to, QUERY_UNITS, L"%lsEventRecordID<=%llu or %ls", front, (unsigned long long)looked, channel->query + units);
  return used > 0 && used < QUERY_UNITS;
}

/* EventRecordID, which a bookmark on the event tells. 0 when it cannot be read. */
static uint64_t record_of(const pc_evt_api *api, EVT_HANDLE event) {
  uint64_t record = 0;
  EVT_HANDLE bookmark = api->create_bookmark(NULL);
  if (bookmark == NULL) return 0;
  if (api->update_bookmark(bookmark, event)) record = pc_bookmark_record(api, bookmark);
  api->close(bookmark);
  return record;
}

/* The newest record that a query selects; 0 when there is none, or the service does not say. */
static uint64_t newest_of(const pc_evt_api *api, const pc_channel *channel, const wchar_t *query) {
  EVT_HANDLE event, results = api->query(NULL, channel->name, query, EvtQueryChannelPath | EvtQueryReverseDirection);
  DWORD count = 0;
  uint64_t record = 0;
  if (results == NULL) return 0;
  if (api->next(results, 1, &event, WAIT_MS, 0, &count) && count == 1) {
    record = record_of(api, event);
    api->close(event);
  }
  api->close(results);
  return record;
}

bool pc_arrears_found(const pc_evt_api *api, const pc_channel *channel, uint64_t *looked) {
  wchar_t query[QUERY_UNITS];
  uint64_t newest = newest_of(api, channel, L"*");
  if (newest == 0 || newest == *looked || !write_query(query, channel, *looked)) return false;
  if (newest > *looked && newest_of(api, channel, query) > *looked) return true;
  *looked = newest;
  return false;
}

/* The records of the scripted channels. */
#ifndef PC_DOUBLES_EVENTLOG_STORE_H
#define PC_DOUBLES_EVENTLOG_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

enum { STORE_FIELDS = 36, CHANNEL_UNITS = 128 };

typedef struct stored_field {
  wchar_t *name, *value;
  char type; /* s text, u u32, h hexadecimal 64, g GUID, i SID, b boolean */
} stored_field;

typedef struct stored_record {
  struct stored_record *next;
  wchar_t channel[CHANNEL_UNITS];
  uint32_t event_id;
  uint64_t record_id, filetime;
  int field_count;
  stored_field fields[STORE_FIELDS];
} stored_record;

typedef struct stored_channel {
  wchar_t name[CHANNEL_UNITS];
  DWORD open_error;     /* what opening answers; 0 = fine */
  bool enabled;
  uint64_t oldest;      /* records below are gone */
  DWORD deafened;       /* how often its subscriptions were made deaf */
} stored_channel;

/* Reads what the script has grown by; call with the lock held. */
void store_refresh_locked(void);
stored_channel *store_channel_locked(const wchar_t *name); /* NULL: no such channel */
/* The first record of the channel after `after` (0 = any) that is not gone; NULL when there is none. */
stored_record *store_next_locked(const wchar_t *channel, uint64_t after);
stored_record *store_previous_locked(const wchar_t *channel, uint64_t before);
bool store_has_locked(const wchar_t *channel, uint64_t record_id);
/* An error that EvtNext shall give once, or 0. */
DWORD store_take_failure_locked(void);
/* How many events EvtNext can hand over at once; 0 = any number. */
DWORD store_batch_limit_locked(void);
/* How long each EvtNext on a query takes, ms. */
DWORD store_query_delay(void);

extern SRWLOCK store_lock;

#endif

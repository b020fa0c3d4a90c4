/* One ETW session of our own: start, consume on a thread, flush, look for losses, stop. */
#ifndef PC_ETW_SESSION_H
#define PC_ETW_SESSION_H

#include "etw_api.h"
#include "problemchild.h"

typedef struct pc_session_kind {
  const wchar_t *name;
  GUID guid;             /* of the session */
  GUID provider;         /* whose events we take */
  bool classic;          /* a system logger with the process flag; else the provider is enabled */
  ULONGLONG keyword;
} pc_session_kind;

extern const pc_session_kind pc_session_classic;
extern const pc_session_kind pc_session_manifest;

typedef struct pc_session pc_session;

/* Called on the session's thread. */
typedef void (*pc_session_event)(pc_session *session, const EVENT_RECORD *record);

struct pc_session {
  const pc_session_kind *kind;
  const pc_etw_api *api;
  pc_session_event on_event;
  void *context;
  uint32_t buffer_kb, buffers_min, buffers_max;
  TRACEHANDLE control, consumer;
  HANDLE thread;
  ULONG end_status;       /* of ProcessTrace, once the thread has ended */
  uint64_t events_lost, buffers_lost; /* as last read */
};

/* Starts the session, reclaiming an orphan of the same name, and its thread. */
int32_t pc_session_start(pc_session *session, bool *reclaimed, pc_cause *cause);

/* Hands over what lies in the session's buffers now. */
void pc_session_flush(pc_session *session);

typedef struct pc_session_losses {
  uint64_t events, buffers; /* since the last look */
} pc_session_losses;

/* False when the session does not exist any more. */
bool pc_session_look(pc_session *session, pc_session_losses *losses);

/* Whether the thread has ended: somebody stopped the session. */
bool pc_session_has_ended(const pc_session *session);

/* Stops the session; its thread first delivers everything written before. Waits for it; what is not delivered two
   seconds later, because the session cannot be stopped, is left. `losses`: since the last look, none of a session that
   somebody else has ended. */
void pc_session_stop(pc_session *session, pc_session_losses *losses);

#endif

/* The two sessions of the ETW double: whoever controls them, and whoever plays the script into them. */
#ifndef PC_DOUBLES_ETW_SESSIONS_H
#define PC_DOUBLES_ETW_SESSIONS_H

#include "script.h"

#include <evntcons.h>
#include <evntrace.h>

enum { CLASSIC = 0, MANIFEST = 1, SESSIONS = 2 };

typedef struct session {
  wchar_t name[64];
  bool exists, orphan_seen, played_once, unstoppable;
  volatile LONG stop;
  PEVENT_RECORD_CALLBACK callback;
  void *context;
  ULONG events_lost, buffers_lost;
  HANDLE flushed; /* auto-reset: the buffers are handed over */
  script play;
  bool muted;
} session;

extern session sessions[SESSIONS];
extern const GUID kernel_process; /* the provider of the second */

/* Whether a word of the script, `classic`, `manifest` or `both`, means this session. */
bool is_for_session(const char *word, int which);

/* Calls the session's consumer for what the script says, until the session is stopped. False when out of memory. */
bool play_script(int which);

#endif

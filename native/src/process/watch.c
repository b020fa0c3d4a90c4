/* Ends this process when whoever loaded the library no longer gives a sign of life. */
#include "../base/cause.h"
#include "../base/handle.h"
#include "../base/system.h"

#include <stdlib.h>
#include <string.h>

enum {
  GRACE_MS = 5000,     /* a machine that wakes from sleep finds the time over before the caller has had its turn */
  LAST_WORDS_MS = 1000 /* what does not read standard error may be why the caller stands still */
};

typedef struct watch {
  pc_object object; /* first: this is what a handle names */
  volatile LONG beats;
  uint32_t stalled_after_ms;
  HANDLE closing;
  HANDLE thread;
  DWORD last_words_bytes;
  char last_words[PC_LAST_WORDS_BYTES];
} watch;

static bool is_over_after(const watch *w, DWORD wait_ms) {
  return WaitForSingleObject(w->closing, wait_ms) != WAIT_TIMEOUT;
}

static DWORD WINAPI say_last_words(LPVOID parameter) {
  const watch *w = parameter;
  DWORD written;
  (void)WriteFile(GetStdHandle(STD_ERROR_HANDLE), w->last_words, w->last_words_bytes, &written, NULL);
  return 0;
}

static void end_process(watch *w) {
  HANDLE speaker = CreateThread(NULL, 0, say_last_words, w, 0, NULL);
  if (speaker != NULL) (void)WaitForSingleObject(speaker, LAST_WORDS_MS);
  (void)TerminateProcess(GetCurrentProcess(), 1);
}

static DWORD WINAPI look(LPVOID parameter) {
  watch *w = parameter;
  LONG last = InterlockedCompareExchange(&w->beats, 0, 0);
  while (!is_over_after(w, w->stalled_after_ms)) {
    LONG now = InterlockedCompareExchange(&w->beats, 0, 0);
    if (now == last) {
      if (is_over_after(w, GRACE_MS)) break;
      now = InterlockedCompareExchange(&w->beats, 0, 0);
      if (now == last) end_process(w);
    }
    last = now;
  }
  return 0;
}

static void interrupt(pc_object *object) { SetEvent(((watch *)object)->closing); }

static void destroy(pc_object *object) {
  watch *w = (watch *)object;
  if (w->thread != NULL) {
    SetEvent(w->closing);
    (void)WaitForSingleObject(w->thread, INFINITE);
    CloseHandle(w->thread);
  }
  if (w->closing != NULL) CloseHandle(w->closing);
  free(w);
}

int32_t pc_watch_open(uint32_t stalled_after_ms, const uint8_t *last_words, uint32_t bytes, pc_handle *handle,
                      pc_cause *cause) {
  pc_cause_clear(cause);
  if (handle == NULL || stalled_after_ms == 0 || stalled_after_ms == INFINITE || bytes > PC_LAST_WORDS_BYTES ||
      (last_words == NULL && bytes > 0))
    return PC_E_ARGUMENT;
  watch *w = calloc(1, sizeof *w);
  if (w == NULL) return PC_E_MEMORY;
  w->object = (pc_object){.kind = PC_OBJECT_WATCH, .interrupt = interrupt, .destroy = destroy};
  w->stalled_after_ms = stalled_after_ms;
  w->last_words_bytes = bytes;
  if (bytes > 0) memcpy(w->last_words, last_words, bytes);
  pc_stay_loaded();
  const char *failed = NULL;
  w->closing = CreateEventW(NULL, TRUE, FALSE, NULL);
  if (w->closing == NULL) failed = "CreateEventW";
  if (failed == NULL) {
    w->thread = CreateThread(NULL, 0, look, w, 0, NULL);
    if (w->thread == NULL) failed = "CreateThread";
  }
  int32_t code = failed == NULL ? pc_handle_create(&w->object, handle) : pc_fail_last(cause, failed);
  if (code != PC_OK) destroy(&w->object);
  return code;
}

int32_t pc_watch_beat(pc_handle handle) {
  watch *w = (watch *)pc_handle_enter(handle, PC_OBJECT_WATCH);
  if (w == NULL) return PC_E_HANDLE;
  InterlockedIncrement(&w->beats);
  pc_handle_leave(handle);
  return PC_OK;
}

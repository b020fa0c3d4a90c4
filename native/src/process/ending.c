/* Ends a process in two calls: told on the spot, seen to end by whoever can wait; one handle from the check on. */
#include "../base/cause.h"
#include "../base/handle.h"
#include "../stream/sync.h"
#include "control.h"

#include <stdlib.h>

typedef struct ending {
  pc_object object; /* first: this is what a handle names */
  HANDLE process;   /* the one that was checked and told */
  HANDLE closing;
  uint64_t start_us;
  uint32_t timeout_ms;
} ending;

static void interrupt(pc_object *object) { SetEvent(((ending *)object)->closing); }

static void destroy(pc_object *object) {
  ending *e = (ending *)object;
  CloseHandle(e->process);
  if (e->closing != NULL) CloseHandle(e->closing);
  free(e);
}

/* Owns `process` from here on, whatever it returns. */
static int32_t keep(HANDLE process, uint64_t start_us, uint32_t timeout_ms, pc_handle *handle, pc_cause *cause) {
  ending *e = calloc(1, sizeof *e);
  if (e == NULL) {
    CloseHandle(process);
    return PC_E_MEMORY;
  }
  *e = (ending){.object = {.kind = PC_OBJECT_ENDING, .interrupt = interrupt, .destroy = destroy},
                .process = process, .start_us = start_us, .timeout_ms = timeout_ms};
  e->closing = CreateEventW(NULL, TRUE, FALSE, NULL);
  int32_t code = e->closing != NULL ? pc_handle_create(&e->object, handle) : pc_fail_last(cause, "CreateEventW");
  if (code != PC_OK) destroy(&e->object);
  return code;
}

int32_t pc_process_begin_end(const pc_process_request *request, pc_process_result *result, pc_handle *handle,
                             pc_cause *cause) {
  if (handle == NULL || !pc_request_begin(request, result, cause)) return PC_E_ARGUMENT;
  uint64_t start_us = pc_steady_us();
  HANDLE process;
  int32_t code = pc_open_for_action(request, PROCESS_TERMINATE, &result->facts, &process, cause);
  if (code != PC_OK) return code;
  /* Before the act: with no handle left nothing is done, and the caller can end it in one call. */
  code = keep(process, start_us, pc_request_timeout_ms(request), handle, cause);
  if (code != PC_OK) return code;
  code = pc_end_process(process, pc_request_exit_code(request), &result->outcome, cause);
  result->act_ns = result->total_ns = (pc_steady_us() - start_us) * 1000u;
  if (code != PC_OK) (void)pc_close(*handle);
  return code;
}

int32_t pc_process_await_end(pc_handle handle, pc_process_result *result, pc_cause *cause) {
  pc_cause_clear(cause);
  if (result == NULL || result->size < sizeof *result) return PC_E_ARGUMENT;
  ending *e = (ending *)pc_handle_enter(handle, PC_OBJECT_ENDING);
  if (e == NULL) return PC_E_HANDLE;
  HANDLE either[] = {e->process, e->closing};
  (void)WaitForMultipleObjects(2, either, FALSE, e->timeout_ms);
  int32_t code = pc_await_end(e->process, 0, &result->outcome, &result->exit_code);
  result->total_ns = (pc_steady_us() - e->start_us) * 1000u;
  pc_handle_leave(handle);
  (void)pc_close(handle); /* or whoever interrupted this closes it */
  return code;
}

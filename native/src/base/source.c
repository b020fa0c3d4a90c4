#include "source.h"

#include "cause.h"

#include <string.h>

static pc_source *enter(pc_handle handle) { return (pc_source *)pc_handle_enter(handle, PC_OBJECT_SOURCE); }

void pc_source_stop(pc_source *source) {
  pc_lock_enter(&source->stop_lock);
  if (!source->stopped) source->stop(source);
  source->stopped = true;
  pc_lock_leave(&source->stop_lock);
}

int32_t pc_read(pc_handle handle, void *buffer, uint32_t capacity, uint32_t timeout_ms, uint32_t *bytes,
                uint32_t *count, pc_cause *cause) {
  pc_cause_clear(cause);
  if (buffer == NULL || bytes == NULL || count == NULL) return PC_E_ARGUMENT;
  pc_source *source = enter(handle);
  if (source == NULL) return PC_E_HANDLE;
  int32_t code = pc_stream_read(&source->stream, buffer, capacity, timeout_ms, bytes, count);
  pc_handle_leave(handle);
  return code;
}

int32_t pc_stop(pc_handle handle, pc_cause *cause) {
  pc_cause_clear(cause);
  pc_source *source = enter(handle);
  if (source == NULL) return PC_E_HANDLE;
  pc_source_stop(source);
  pc_handle_leave(handle);
  return PC_OK;
}

int32_t pc_counters(pc_handle handle, pc_counters_t *counters) {
  if (counters == NULL || counters->size < sizeof *counters) return PC_E_ARGUMENT;
  pc_source *source = enter(handle);
  if (source == NULL) return PC_E_HANDLE;
  pc_stream_count(&source->stream, counters);
  pc_handle_leave(handle);
  return PC_OK;
}

/* Writing to the Windows event log; the texts' frame is the message table in resource/. */
#include "../base/cause.h"
#include "../base/handle.h"
#include "../base/system.h"

#include <stdlib.h>

typedef struct log_source {
  pc_object object; /* first: this is what a handle names */
  HANDLE events;
  HANDLE(WINAPI *register_source)(LPCWSTR, LPCWSTR);
  BOOL(WINAPI *deregister_source)(HANDLE);
  BOOL(WINAPI *report)(HANDLE, WORD, WORD, DWORD, PSID, WORD, DWORD, LPCWSTR *, LPVOID);
} log_source;

static bool find_functions(log_source *source) {
  const pc_import imports[] = {{"RegisterEventSourceW", &source->register_source},
                               {"DeregisterEventSource", &source->deregister_source},
                               {"ReportEventW", &source->report}};
  return pc_import_all(L"advapi32.dll", PC_DOUBLE(L"PC_DOUBLE_EVENTLOG"), imports, sizeof imports / sizeof *imports);
}

static void destroy(pc_object *object) {
  log_source *source = (log_source *)object;
  source->deregister_source(source->events);
  free(source);
}

static int32_t open_log(const wchar_t *name, pc_handle *log, pc_cause *cause) {
  log_source *source = calloc(1, sizeof *source);
  if (source == NULL) return PC_E_MEMORY;
  source->object = (pc_object){PC_OBJECT_LOG, NULL, destroy};
  if (!find_functions(source)) {
    int32_t missing = pc_fail_last(cause, "GetProcAddress");
    free(source);
    return missing;
  }
  source->events = source->register_source(NULL, name);
  if (source->events == NULL) {
    int32_t code = pc_fail_last(cause, "RegisterEventSourceW");
    free(source);
    return code;
  }
  int32_t code = pc_handle_create(&source->object, log);
  if (code != PC_OK) destroy(&source->object);
  return code;
}

int32_t pc_log_open(const uint16_t *source_name, uint32_t source_name_units, pc_handle *log, pc_cause *cause) {
  pc_cause_clear(cause);
  if (log == NULL) return PC_E_ARGUMENT;
  wchar_t *name = pc_wide_copy(source_name, source_name_units);
  if (name == NULL) return PC_E_ARGUMENT;
  int32_t code = open_log(name, log, cause);
  free(name);
  return code;
}

int32_t pc_log_write(pc_handle log, uint32_t level, uint32_t event_id, const uint16_t *text, uint32_t text_units,
                     pc_cause *cause) {
  pc_cause_clear(cause);
  bool is_level = level == PC_LEVEL_ERROR || level == PC_LEVEL_WARNING || level == PC_LEVEL_INFORMATION;
  if (!is_level || event_id == 0 || event_id > UINT16_MAX || text_units > PC_LOG_TEXT_UNITS) return PC_E_ARGUMENT;
  wchar_t *copy = pc_wide_copy(text, text_units);
  if (copy == NULL) return PC_E_ARGUMENT;
  log_source *source = (log_source *)pc_handle_enter(log, PC_OBJECT_LOG);
  int32_t code = PC_E_HANDLE;
  if (source != NULL) {
    LPCWSTR strings[] = {copy};
    BOOL written = source->report(source->events, (WORD)level, 0, event_id, NULL, 1, 0, strings, NULL);
    code = written ? PC_OK : pc_fail_last(cause, "ReportEventW");
    pc_handle_leave(log);
  }
  free(copy);
  return code;
}

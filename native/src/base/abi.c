#include "problemchild.h"

#include <stddef.h>

/* The offsets and sizes that the header promises, and that callers build buffers by. */
_Static_assert(sizeof(pc_cause) == 64, "pc_cause");
_Static_assert(sizeof(pc_record) == 32 && sizeof(pc_field) == 8, "records");
_Static_assert(sizeof(pc_etw_options) == 64 && sizeof(pc_eventlog_options) == 32, "options");
_Static_assert(sizeof(pc_channel_facts) == 40, "pc_channel_facts");
_Static_assert(sizeof(pc_trace_session) == 160, "pc_trace_session");
_Static_assert(sizeof(pc_counters_t) == 512, "pc_counters_t");
_Static_assert(offsetof(pc_counters_t, field_counts) == 272, "pc_counters_t.field_counts");
_Static_assert(sizeof(pc_process_facts) == 5416, "pc_process_facts");
_Static_assert(offsetof(pc_process_facts, parent_created) == 4856, "pc_process_facts");
_Static_assert(sizeof(pc_process_request) == 56, "pc_process_request");
_Static_assert(sizeof(pc_process_result) == 5480, "pc_process_result");
_Static_assert(offsetof(pc_process_result, facts) == 64, "pc_process_result.facts");
_Static_assert(sizeof(pc_tree_member) == 48, "pc_tree_member");
_Static_assert(sizeof(pc_file_facts) == 2664, "pc_file_facts");
_Static_assert(sizeof(pc_path_report) == 208, "pc_path_report");
_Static_assert(sizeof(pc_pipe_caller_t) == 744, "pc_pipe_caller_t");
_Static_assert(sizeof(pc_service_event) == 40, "pc_service_event");

uint32_t pc_abi_version(void) { return PC_ABI_MAJOR << 16 | PC_ABI_MINOR; }

uint32_t pc_build_flags(void) {
#ifdef PC_TEST_SEAM
  return PC_BUILD_TEST_SEAM;
#else
  return 0;
#endif
}

const char *pc_code_name(int32_t code) {
#define NAME(code) case code: return #code
  switch (code) {
    NAME(PC_OK);
    NAME(PC_TIMEOUT);
    NAME(PC_ENDED);
    NAME(PC_E_ARGUMENT);
    NAME(PC_E_HANDLE);
    NAME(PC_E_MEMORY);
    NAME(PC_E_BUFFER);
    NAME(PC_E_ACCESS);
    NAME(PC_E_NOT_FOUND);
    NAME(PC_E_UNSUPPORTED);
    NAME(PC_E_STATE);
    NAME(PC_E_SYSTEM);
    NAME(PC_E_NOT_A_SERVICE);
    NAME(PC_E_CHANNEL_DISABLED);
    NAME(PC_E_OWNER);
    NAME(PC_E_PID);
    NAME(PC_E_IDENTITY);
    NAME(PC_E_CRITICAL);
    NAME(PC_E_PROTECTED);
    NAME(PC_E_SELF);
    NAME(PC_E_EXITED);
    NAME(PC_E_UNVERIFIABLE);
    NAME(PC_E_TREE_UNSTABLE);
    NAME(PC_E_TREE_LIMIT);
    NAME(PC_E_NOT_ENDED);
    NAME(PC_E_PARTIAL);
    default: return "PC_E_?";
  }
#undef NAME
}

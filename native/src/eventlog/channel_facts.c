#include "../base/cause.h"
#include "../base/system.h"
#include "channel_facts.h"

#include <stdlib.h>

static int32_t read_enabled(const pc_evt_api *api, const wchar_t *name, pc_channel_facts *facts, pc_cause *cause) {
  EVT_VARIANT value;
  DWORD used;
  EVT_HANDLE config = api->open_config(NULL, name, 0);
  if (config == NULL) return pc_fail_last(cause, "EvtOpenChannelConfig");
  int32_t code = PC_OK;
  if (api->config_property(config, EvtChannelConfigEnabled, 0, sizeof value, &value, &used)) {
    facts->enabled = value.BooleanVal != 0;
  } else {
    code = pc_fail_last(cause, "EvtGetChannelConfigProperty");
  }
  api->close(config);
  return code;
}

/* Left at 0 when it cannot be read: an empty log has no oldest record. */
static void read_number(const pc_evt_api *api, EVT_HANDLE log, EVT_LOG_PROPERTY_ID property, uint64_t *number) {
  EVT_VARIANT value;
  DWORD used;
  if (api->log_info(log, property, sizeof value, &value, &used) && value.Type == EvtVarTypeUInt64) {
    *number = value.UInt64Val;
  }
}

int32_t pc_channel_measure(const pc_evt_api *api, const wchar_t *name, pc_channel_facts *facts, pc_cause *cause) {
  EVT_HANDLE log = api->open_log(NULL, name, EvtOpenChannelPath);
  if (log == NULL) return pc_fail_last(cause, "EvtOpenLog");
  read_number(api, log, EvtLogOldestRecordNumber, &facts->oldest_record);
  read_number(api, log, EvtLogNumberOfLogRecords, &facts->record_count);
  read_number(api, log, EvtLogFileSize, &facts->file_bytes);
  api->close(log);
  return PC_OK;
}

static int32_t read_facts(const wchar_t *name, pc_channel_facts *facts, pc_cause *cause) {
  pc_evt_api api;
  if (!pc_evt_functions(&api)) return pc_fail_last(cause, "GetProcAddress");
  int32_t code = read_enabled(&api, name, facts, cause);
  return code == PC_OK ? pc_channel_measure(&api, name, facts, cause) : code;
}

int32_t pc_eventlog_channel(const uint16_t *channel, uint32_t channel_units, pc_channel_facts *facts,
                            pc_cause *cause) {
  pc_cause_clear(cause);
  if (facts == NULL || facts->size < sizeof *facts) return PC_E_ARGUMENT;
  wchar_t *name = pc_wide_copy(channel, channel_units);
  if (name == NULL) return PC_E_ARGUMENT;
  *facts = (pc_channel_facts){.size = sizeof *facts};
  int32_t code = read_facts(name, facts, cause);
  free(name);
  return code;
}

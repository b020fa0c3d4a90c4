#include "enrichment.h"

static void put_span(pc_record_writer *writer, uint16_t id, pc_span text) {
  if (text.bytes > 0) pc_record_bytes(writer, id, PC_TYPE_UTF16, text.at, text.bytes);
}

static void put_sid(pc_record_writer *writer, uint16_t id, pc_span sid, uint8_t is) {
  char text[PC_SID_TEXT_MAX];
  uint32_t length = is == PC_CAPTURED ? pc_sid_to_text(sid, text) : 0;
  if (length > 0) pc_record_ascii(writer, id, text, length);
  else pc_record_missing(writer, id, PC_TYPE_UTF16, is == PC_CAPTURED ? PC_FAILED : is);
}

static void put_name(pc_record_writer *writer, uint16_t id, const pc_enriched_name *name) {
  if (name->is == PC_CAPTURED) pc_record_text(writer, id, name->text, name->units);
  else pc_record_missing(writer, id, PC_TYPE_UTF16, name->is);
}

static void put_number(pc_record_writer *writer, uint16_t id, uint32_t value, uint8_t is) {
  if (is == PC_CAPTURED) pc_record_u32(writer, id, value);
  else pc_record_missing(writer, id, PC_TYPE_U32, is);
}

static void put_event(pc_record_writer *writer, const pc_process_event *event) {
  pc_record_u32(writer, PC_FIELD_PID, event->pid);
  if (event->has & PC_HAS_PARENT) pc_record_u32(writer, PC_FIELD_PARENT_PID, event->parent_pid);
  if (event->has & PC_HAS_SESSION) pc_record_u32(writer, PC_FIELD_SESSION_ID, event->session_id);
  if (event->has & PC_HAS_CREATED) pc_record_filetime(writer, PC_FIELD_CREATE_TIME, event->created);
  if (event->has & PC_HAS_SEQUENCE) {
    pc_record_u64(writer, PC_FIELD_SEQUENCE, event->sequence);
    if (event->kind != PC_EVENT_END) pc_record_u64(writer, PC_FIELD_PARENT_SEQUENCE, event->parent_sequence);
  }
  if (event->has & PC_HAS_EXIT_STATUS) pc_record_u32(writer, PC_FIELD_EXIT_STATUS, event->exit_status);
  if (event->has & PC_HAS_FLAGS) pc_record_u32(writer, PC_FIELD_PROCESS_FLAGS, event->flags);
  put_span(writer, PC_FIELD_IMAGE_NT_PATH, event->image_nt_path);
  put_span(writer, PC_FIELD_PACKAGE, event->package);
  put_span(writer, PC_FIELD_APPLICATION_ID, event->application_id);
  pc_record_u32(writer, PC_FIELD_EVENT_VERSION,
                event->classic_version | (uint32_t)event->manifest_version << 8);
}

static void put_enrichment(pc_record_writer *writer, const pc_enrichment *found) {
  if (found->path_is == PC_CAPTURED) pc_record_text(writer, PC_FIELD_IMAGE_PATH, found->path, found->path_units);
  else pc_record_missing(writer, PC_FIELD_IMAGE_PATH, PC_TYPE_UTF16, found->path_is);
  put_name(writer, PC_FIELD_IMAGE_NAME, &found->image_name);
  if (found->line_is == PC_CAPTURED) {
    pc_record_bytes(writer, PC_FIELD_COMMAND_LINE, PC_TYPE_UTF16, found->line.line.at, found->line.line.bytes);
    pc_record_u32(writer, PC_FIELD_COMMAND_LINE_FROM, found->line.from);
  } else {
    pc_record_missing(writer, PC_FIELD_COMMAND_LINE, PC_TYPE_UTF16, found->line_is);
  }
  put_sid(writer, PC_FIELD_USER_SID, found->user_sid, found->user_sid_is);
  put_name(writer, PC_FIELD_USER_NAME, &found->user_name);
  put_name(writer, PC_FIELD_USER_DOMAIN, &found->user_domain);
  put_sid(writer, PC_FIELD_MANDATORY_LABEL, found->label_sid, found->label_is);
  put_number(writer, PC_FIELD_ELEVATED, found->elevated, found->elevated_is);
  put_number(writer, PC_FIELD_ELEVATION_TYPE, found->elevation_type, found->elevation_type_is);
  if (found->logon_is == PC_CAPTURED) pc_record_u64(writer, PC_FIELD_LOGON_ID, found->logon_id);
  else pc_record_missing(writer, PC_FIELD_LOGON_ID, PC_TYPE_U64, found->logon_is);
  if (found->groups_is == PC_CAPTURED) {
    pc_record_bytes(writer, PC_FIELD_GROUP_SIDS, PC_TYPE_BYTES, found->groups.sids, found->groups.bytes);
    pc_record_u32(writer, PC_FIELD_GROUP_COUNT, found->groups.count);
  } else {
    pc_record_missing(writer, PC_FIELD_GROUP_SIDS, PC_TYPE_BYTES, found->groups_is);
  }
  if (!found->file_asked) return;
  if (found->sha256_is == PC_CAPTURED) {
    pc_record_bytes(writer, PC_FIELD_SHA256, PC_TYPE_BYTES, found->sha256, sizeof found->sha256);
  } else {
    pc_record_missing(writer, PC_FIELD_SHA256, PC_TYPE_BYTES, found->sha256_is);
  }
  put_name(writer, PC_FIELD_ORIGINAL_NAME, &found->original_name);
  put_name(writer, PC_FIELD_COMPANY, &found->company);
  put_name(writer, PC_FIELD_DESCRIPTION, &found->description);
  put_name(writer, PC_FIELD_PRODUCT, &found->product);
  put_name(writer, PC_FIELD_FILE_VERSION, &found->file_version);
  put_number(writer, PC_FIELD_SIGNATURE, found->signature, found->signature_is);
  put_name(writer, PC_FIELD_SIGNER, &found->signer);
}

uint32_t pc_encode_process(const pc_process_event *event, const pc_enrichment *enrichment, void *buffer,
                           uint32_t capacity) {
  static const uint16_t kinds[] = {[PC_EVENT_START] = PC_RECORD_PROCESS_START,
                                   [PC_EVENT_END] = PC_RECORD_PROCESS_END,
                                   [PC_EVENT_RUNNING] = PC_RECORD_PROCESS_RUNNING};
  pc_record_writer writer;
  pc_record_begin(&writer, buffer, capacity, kinds[event->kind], event->stamp);
  put_event(&writer, event);
  if (enrichment != NULL) put_enrichment(&writer, enrichment);
  bool live = enrichment != NULL && enrichment->opened;
  pc_record_u32(&writer, PC_FIELD_ORIGINS, event->origins | (live ? PC_ORIGIN_PROCESS : 0u));
  return pc_record_end(&writer);
}

static void count(pc_counters_t *counters, int fact, uint8_t is) {
  counters->field_counts[fact][is == PC_CAPTURED ? 0 : is == PC_ABSENT ? 1 : 2]++;
}

void pc_enrich_count(const pc_enrichment *found, pc_counters_t *counters) {
  count(counters, PC_FACT_COMMAND_LINE, found->line_is);
  count(counters, PC_FACT_USER_SID, found->user_sid_is);
  count(counters, PC_FACT_USER_NAME, found->user_name.is);
  count(counters, PC_FACT_INTEGRITY, found->label_is);
  count(counters, PC_FACT_ELEVATION, found->elevated_is);
  count(counters, PC_FACT_IMAGE_PATH, found->path_is);
  count(counters, PC_FACT_SHA256, found->sha256_is);
  count(counters, PC_FACT_VERSION, found->original_name.is);
  count(counters, PC_FACT_SIGNATURE, found->signature_is);
  count(counters, PC_FACT_GROUPS, found->groups_is);
  if (found->line_is == PC_CAPTURED && found->line.from == PC_LINE_PROCESS) counters->lines_from_process++;
  if (found->file_asked) (*(found->file_cached ? &counters->file_cache_hits : &counters->file_cache_misses))++;
}

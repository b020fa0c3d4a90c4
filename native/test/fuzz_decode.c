/* libFuzzer: arbitrary headers and payloads through decoder, clone, merge, choice of line and encoder. */
#include "../src/decode/process_event.h"
#include "../src/enrich/enrichment.h"
#include "walk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bits of the input's third byte. */
enum { IS_WIDE = 0x1, LIVE_IS_LONGER = 0x2, LIVE_IS_OTHER = 0x4, HAS_GROUPS = 0x8, FACTS_ARE_MISSING = 0x10, STAMP_IS_FAR = 0x20 };
enum { MORE_BYTES = 64 };

static uint64_t record[PC_READ_MIN_BYTES / sizeof(uint64_t)];
static pc_enrichment found;

/* What the process itself would answer: the kernel's line, with or without more, or something else. */
static pc_span live_line(const pc_process_event *event, uint8_t choice) {
  pc_span line = event->command_line;
  if ((choice & LIVE_IS_OTHER) != 0) return event->image_nt_path;
  if ((choice & LIVE_IS_LONGER) == 0 || line.bytes == 0) return (pc_span){NULL, 0};
  memcpy(found.live_line, line.at, line.bytes);
  memset(found.live_line + line.bytes, 'x', MORE_BYTES);
  return (pc_span){found.live_line, line.bytes + (choice & STAMP_IS_FAR ? 0u : MORE_BYTES)};
}

static void set_name(pc_enriched_name *name, uint8_t is, pc_span text) {
  name->is = is;
  name->units = text.bytes / 2 < PC_ENRICH_NAME_UNITS ? text.bytes / 2 : PC_ENRICH_NAME_UNITS;
  if (text.at != NULL) memcpy(name->text, text.at, (size_t)name->units * 2);
}

static void enrich(const pc_process_event *event, uint8_t choice) {
  uint8_t is = (choice & FACTS_ARE_MISSING) != 0 ? (uint8_t)(PC_ABSENT + event->pid % 3) : PC_CAPTURED;
  found.line = pc_line_choose(event->command_line, live_line(event, choice));
  found.line_is = found.line.line.bytes > 0 ? PC_CAPTURED : PC_ABSENT;
  found.user_sid = event->user_sid;
  found.label_sid = event->label_sid;
  found.user_sid_is = found.label_is = PC_CAPTURED;
  found.path_is = found.elevated_is = found.elevation_type_is = found.logon_is = found.groups_is = is;
  found.sha256_is = found.signature_is = is;
  found.path_units = event->image_nt_path.bytes / 2 < PC_ENRICH_PATH_UNITS ? event->image_nt_path.bytes / 2 : PC_ENRICH_PATH_UNITS;
  if (found.path_units > 0) memcpy(found.path, event->image_nt_path.at, (size_t)found.path_units * 2);
  pc_enriched_name *names[] = {&found.image_name, &found.user_name, &found.user_domain, &found.original_name, &found.company,
                               &found.description, &found.product, &found.file_version, &found.signer};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) set_name(names[i], is, event->package);
  found.groups.bytes = (choice & HAS_GROUPS) != 0 && event->user_sid.bytes > 0 ? event->user_sid.bytes : 0;
  if (found.groups.bytes > 0) memcpy(found.groups.sids, event->user_sid.at, found.groups.bytes);
  found.opened = found.file_asked = (choice & HAS_GROUPS) != 0;
}

static void use(const pc_process_event *event, uint8_t choice) {
  pc_process_event *clone = pc_event_clone(event);
  if (clone == NULL) return;
  enrich(clone, choice);
  const pc_enrichment *about = clone->kind == PC_EVENT_END ? NULL : &found;
  uint32_t size = pc_encode_process(clone, about, record, sizeof record);
  if (size == 0 || !walk_record((const uint8_t *)record, size)) abort();
  /* Exactly enough room is enough, and one field less is not. */
  uint8_t *exact = malloc(size);
  if (exact != NULL && (pc_encode_process(clone, about, exact, size) != size || pc_encode_process(clone, about, exact, size - 8) != 0)) abort();
  free(exact);
  pc_counters_t counters = {.size = sizeof counters};
  pc_enrich_count(&found, &counters);
  (void)pc_line_is_wanted(clone);
  free(clone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 4 || size > 65536) return 0;
  uint8_t choice = data[2];
  pc_event_header header = {.id = (uint16_t)(data[0] % 20), .opcode = (uint8_t)(data[0] % 5), .version = (uint8_t)(data[1] % 8), .wide = choice & IS_WIDE, .stamp = (choice & STAMP_IS_FAR) != 0 ? UINT64_MAX : 9};
  pc_process_event classic, manifest;
  bool a = pc_decode_classic(&header, data + 3, (uint32_t)size - 3, &classic) == PC_DECODED_EVENT;
  bool b = pc_decode_manifest(&header, data + 3, (uint32_t)size - 3, &manifest) == PC_DECODED_EVENT;
  if (a) use(&classic, choice);
  if (b) use(&manifest, choice);
  if (a && b) {
    pc_process_event other = manifest;
    pc_event_merge(&manifest, &classic);
    pc_event_merge(&classic, &other);
    use(&classic, choice);
    use(&manifest, choice);
  }
  return 0;
}

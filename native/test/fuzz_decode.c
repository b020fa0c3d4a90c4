/* libFuzzer: arbitrary headers and payloads through decoder, clone, merge and encoder. */
#include "../src/decode/process_event.h"
#include "../src/enrich/enrichment.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t record[PC_READ_MIN_BYTES / sizeof(uint64_t)];
static pc_enrichment found;

static void use(const pc_process_event *event) {
  pc_process_event *clone = pc_event_clone(event);
  if (clone == NULL) return;
  char sid[PC_SID_TEXT_MAX];
  (void)pc_sid_to_text(clone->user_sid, sid);
  found.line = pc_line_choose(clone->command_line, clone->image_nt_path);
  found.line_is = found.line.line.bytes > 0 ? PC_CAPTURED : PC_ABSENT;
  found.user_sid = clone->user_sid;
  found.user_sid_is = PC_CAPTURED;
  if (pc_encode_process(clone, &found, record, sizeof record) == 0) abort();
  (void)pc_encode_process(clone, &found, record, clone->pid % 512);
  free(clone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 4 || size > 65536) return 0;
  pc_event_header header = {.id = (uint16_t)(data[0] % 20), .opcode = (uint8_t)(data[0] % 5), .version = (uint8_t)(data[1] % 8), .wide = data[2] & 1, .stamp = 9};
  pc_process_event classic, manifest;
  bool a = pc_decode_classic(&header, data + 3, (uint32_t)size - 3, &classic) == PC_DECODED_EVENT;
  bool b = pc_decode_manifest(&header, data + 3, (uint32_t)size - 3, &manifest) == PC_DECODED_EVENT;
  if (a) use(&classic);
  if (b) use(&manifest);
  if (a && b) {
    pc_event_merge(&classic, &manifest);
    use(&classic);
  }
  return 0;
}

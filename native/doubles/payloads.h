/* Payloads as the kernel writes them: classic version 4, manifest start version 3 and stop version 2. */
#ifndef PC_DOUBLES_PAYLOADS_H
#define PC_DOUBLES_PAYLOADS_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

enum { PAYLOAD_BYTES = 65535 };

typedef struct process_story {
  uint32_t pid, parent_pid, exit_status;
  uint64_t created;
  wchar_t nt_path[2048];
  wchar_t line[32768];
  const uint8_t *user_sid;
  uint32_t user_sid_bytes;
} process_story;

/* Bytes used. The classic command line is cut at 1,024 units, as the kernel does. */
uint32_t write_classic(const process_story *story, uint8_t *to);
uint32_t write_manifest_start(const process_story *story, uint8_t *to);
uint32_t write_manifest_stop(const process_story *story, uint8_t *to);

/* Hexadecimal digits to bytes; how many. */
uint32_t write_hex(const char *digits, uint8_t *to);

#endif

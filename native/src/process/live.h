/* Reading facts of a live process through one handle. */
#ifndef PC_PROCESS_LIVE_H
#define PC_PROCESS_LIVE_H

#include "../decode/text.h"
#include "groups.h"

#include <windows.h>

enum { PC_LIVE_LINE_BYTES = 65536 + 32, PC_LIVE_PATH_UNITS = 4096 };

/* The process's command line as UTF-16 inside `buffer` (PC_LIVE_LINE_BYTES, 8-byte aligned).
   False when it cannot be read. NtQueryInformationProcess class 60, Windows 8.1 and later. */
bool pc_live_command_line(HANDLE process, uint8_t *buffer, pc_span *line);

/* Path of the image as the kernel kept it at the start, \Device\…, inside `buffer` (as above). False when it cannot
   be read. */
bool pc_live_start_path(HANDLE process, uint8_t *buffer, pc_span *path);

/* C:\… path of the image as it is now, terminated; its length in units, 0 when it cannot be read. */
uint32_t pc_live_image_path(HANDLE process, wchar_t path[PC_LIVE_PATH_UNITS]);

typedef struct pc_token_facts {
  bool has_user, has_label, has_elevated, has_elevation_type, has_logon;
  uint8_t user_sid[68];
  uint32_t user_sid_bytes;
  uint8_t label_sid[68];
  uint32_t label_sid_bytes;
  uint32_t integrity;
  uint32_t elevated;
  uint32_t elevation_type;
  uint64_t logon_id;
} pc_token_facts;

/* False when the token cannot be opened. `groups` may be NULL. */
bool pc_live_token(HANDLE process, pc_token_facts *facts, pc_token_groups *groups);

/* Creation FILETIME; 0 when it cannot be read. *exited is 0 while the process runs. */
uint64_t pc_live_created(HANDLE process, uint64_t *exited);

#endif

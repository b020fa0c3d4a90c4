/* What a file is: SHA-256, version resource, Authenticode signature; cached by file identity. */
#ifndef PC_FILE_FILE_FACTS_H
#define PC_FILE_FILE_FACTS_H

#include "file_cache.h"

#include <windows.h>

typedef struct pc_file_question {
  const wchar_t *path;    /* C:\…, or \\?\GLOBALROOT\Device\… */
  uint32_t parts;         /* PC_PART_ */
  bool cached_only;       /* leave what is not in the cache PC_SKIPPED */
  uint64_t max_bytes;     /* leave hash and signature of larger files PC_SKIPPED; 0 = no limit */
} pc_file_question;

typedef struct pc_file_answer {
  pc_file_facts facts;    /* sha256_is, version_is are PC_CAPTURED … PC_SKIPPED */
  uint32_t signature_is;
  bool cached;            /* everything asked for was */
} pc_file_answer;

/* False, with GetLastError, when the file cannot be opened; the answer then says PC_FAILED. */
bool pc_file_ask(const pc_file_question *question, pc_file_answer *answer);

/* Opens C:\… or \\?\… to read it and lets everybody else do what they like with it; what somebody holds back is refused,
   not waited for. INVALID_HANDLE_VALUE with GetLastError. */
HANDLE pc_open_to_read(const wchar_t *path);

/* One part each, for an open file. */
bool pc_hash_file(HANDLE file, uint8_t sha256[32]);
/* PC_CAPTURED, PC_ABSENT (no version resource) or PC_FAILED. */
uint32_t pc_version_of(const wchar_t *path, pc_file_facts *facts);
/* PC_CAPTURED or PC_FAILED; fills signature, signer, from_catalog, microsoft_root. */
uint32_t pc_signature_of(const wchar_t *path, HANDLE file, pc_file_facts *facts);

#endif

/* What was found out about files, for as long as it holds. Without a clock and without a lock: the caller has both. */
#ifndef PC_FILE_FILE_CACHE_H
#define PC_FILE_FILE_CACHE_H

#include "problemchild.h"

#include <stdbool.h>

enum { PC_PART_HASH = 0x1, PC_PART_VERSION = 0x2, PC_PART_SIGNATURE = 0x4 };

/* A file is the same while all of this is. Whoever may write a file can also set its times back,
   but not its update sequence number, where the volume keeps a journal (0 elsewhere). */
typedef struct pc_file_identity {
  uint64_t index, bytes, written, changed, update, volume; /* all of one size: compared as bytes, so without padding */
} pc_file_identity;

typedef struct pc_known_file {
  pc_file_identity of;
  uint32_t parts; /* PC_PART_ answered */
  uint32_t signature_is;
  uint64_t version_us, signature_us; /* when it was asked for */
  uint64_t used;                     /* tick of the last use */
  pc_file_facts facts;
} pc_known_file;

typedef struct pc_file_cache {
  pc_known_file *files; /* allocated at first use; never freed */
  uint64_t tick;
} pc_file_cache;

/* Copies what is known of a file and still holds to *found; false, and *found as it was, for an unknown file.
   Failures hold for a minute. A signature that is missing or not trusted holds for ten: a catalog or a certificate may
   come later, and be taken for the file's from then on. */
bool pc_file_cache_find(pc_file_cache *cache, const pc_file_identity *of, uint64_t now_us, pc_known_file *found);

void pc_file_cache_keep(pc_file_cache *cache, const pc_known_file *news);

#endif

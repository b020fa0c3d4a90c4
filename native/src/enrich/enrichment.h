/* What is found out about a process beyond its events, and the record made of both. */
#ifndef PC_ENRICH_ENRICHMENT_H
#define PC_ENRICH_ENRICHMENT_H

#include "../decode/process_event.h"
#include "../process/groups.h"
#include "../stream/record.h"
#include "problemchild.h"

enum { PC_ENRICH_PATH_UNITS = 4096, PC_ENRICH_NAME_UNITS = 260, PC_ENRICH_LINE_BYTES = 65536 + 32 };

/* A text field: `units` count when `is` is PC_CAPTURED. */
typedef struct pc_enriched_name {
  uint8_t is;
  uint32_t units;
  uint16_t text[PC_ENRICH_NAME_UNITS];
} pc_enriched_name;

/* One per enriching thread, used again and again (some 100 KB). */
typedef struct pc_enrichment {
  uint8_t live_line[PC_ENRICH_LINE_BYTES]; /* first member: 8-byte aligned */
  uint64_t aligned;
  bool opened;         /* the live process was read, by the right identity */
  pc_line_choice line;
  uint8_t line_is;
  uint8_t path_is;
  uint32_t path_units;
  uint16_t path[PC_ENRICH_PATH_UNITS];
  pc_enriched_name image_name, user_name, user_domain, original_name, company, description, product,
      file_version, signer;
  pc_span user_sid, label_sid; /* binary */
  uint8_t user_sid_is, label_is, elevated_is, elevation_type_is, logon_is, sha256_is, signature_is;
  uint32_t elevated, elevation_type, signature;
  uint64_t logon_id;
  uint8_t sha256[32];
  bool file_asked, file_cached;
  uint8_t sid_room[2][68];
  uint8_t groups_is;
  pc_token_groups groups;
} pc_enrichment;

typedef struct pc_enrich_options {
  uint32_t flags;     /* PC_ETW_ */
  uint64_t max_bytes; /* of files to hash */
  bool behind;        /* only what is cached; the live process only for its command line */
} pc_enrich_options;

/* Fills *enrichment for a start or an already running process. */
void pc_enrich(const pc_process_event *event, const pc_enrich_options *options,
               pc_enrichment *enrichment);

/* Writes the record; its size, 0 when it does not fit. enrichment is NULL for ends. */
uint32_t pc_encode_process(const pc_process_event *event, const pc_enrichment *enrichment, void *buffer,
                           uint32_t capacity);

/* Adds the provenance of each fact to counters->field_counts. */
void pc_enrich_count(const pc_enrichment *enrichment, pc_counters_t *counters);

#endif

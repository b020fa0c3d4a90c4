/* The groups of a token, as they are kept and written. */
#ifndef PC_PROCESS_GROUPS_H
#define PC_PROCESS_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

enum { PC_GROUPS_BYTES = 8192 };

/* Binary SIDs one after the other: enabled groups, without integrity labels and logon ids, which say
   nothing about membership. A group that the token carries for denial only gives it nothing. */
typedef struct pc_token_groups {
  bool known;
  uint32_t count; /* of the token; `bytes` holds fewer when they did not fit */
  uint32_t bytes;
  uint8_t sids[PC_GROUPS_BYTES];
} pc_token_groups;

#endif

/* Accounts by SID, for as long as an answer holds. Without a clock and without a lock: the caller has both. */
#ifndef PC_ENRICH_ACCOUNT_CACHE_H
#define PC_ENRICH_ACCOUNT_CACHE_H

#include "../decode/text.h"

#include <stddef.h>

enum { PC_ACCOUNTS_KEPT = 64, PC_SID_MOST_BYTES = 68 };

typedef struct pc_account {
  wchar_t name[257];
  wchar_t domain[257];
} pc_account;

typedef struct pc_known_account {
  uint8_t sid[PC_SID_MOST_BYTES];
  uint32_t sid_bytes; /* 0: slot is free */
  uint8_t is;         /* PC_CAPTURED, PC_ABSENT or PC_FAILED */
  uint64_t used, asked_us;
  pc_account account;
} pc_known_account;

typedef struct pc_account_cache {
  pc_known_account accounts[PC_ACCOUNTS_KEPT];
  uint64_t tick;
} pc_account_cache;

/* NULL when it was never asked for or the answer holds no more. Only a name holds for good: "no such account" is also what
   Windows says when no domain controller answers in time. */
const pc_known_account *pc_account_cache_find(pc_account_cache *cache, pc_span sid, uint64_t now_us);

/* `sid` of 1 to PC_SID_MOST_BYTES bytes. The account that was not used for longest gives way. */
void pc_account_cache_keep(pc_account_cache *cache, pc_span sid, uint8_t is, const pc_account *account, uint64_t now_us);

#endif

/* Account names of SIDs, cached: a look-up may ask a domain controller. */
#ifndef PC_ENRICH_NAMES_H
#define PC_ENRICH_NAMES_H

#include "../decode/text.h"

typedef struct pc_account {
  wchar_t name[257];
  wchar_t domain[257];
} pc_account;

/* PC_CAPTURED, PC_ABSENT (the SID has no account), PC_FAILED (could not ask), or, with
   cached_only, PC_SKIPPED. Failures are asked again after a minute. */
uint8_t pc_account_of(pc_span sid, bool cached_only, pc_account *account);

#endif

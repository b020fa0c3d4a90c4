/* Account names of SIDs, cached: a look-up may ask a domain controller. */
#ifndef PC_ENRICH_NAMES_H
#define PC_ENRICH_NAMES_H

#include "account_cache.h"

/* PC_CAPTURED, PC_ABSENT (the SID has no account, or no domain controller answered), PC_FAILED (could not ask), or, with
   cached_only, PC_SKIPPED. What gave no name is asked again after a minute. */
uint8_t pc_account_of(pc_span sid, bool cached_only, pc_account *account);

#endif

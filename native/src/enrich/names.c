#include "names.h"

#include "../stream/sync.h"
#include "problemchild.h"

#include <string.h>

static pc_account_cache cache;
static pc_lock lock = SRWLOCK_INIT;

static uint8_t ask(pc_span sid, pc_account *account) {
  union {
    SID sid;
    uint8_t room[PC_SID_MOST_BYTES];
  } aligned;
  memcpy(aligned.room, sid.at, sid.bytes);
  DWORD name_units = 257, domain_units = 257;
  SID_NAME_USE use;
  memset(account, 0, sizeof *account);
  if (LookupAccountSidW(NULL, &aligned.sid, account->name, &name_units, account->domain, &domain_units, &use)) {
    return PC_CAPTURED;
  }
  return GetLastError() == ERROR_NONE_MAPPED ? PC_ABSENT : PC_FAILED;
}

uint8_t pc_account_of(pc_span sid, bool cached_only, pc_account *account) {
  if (sid.bytes == 0 || sid.bytes > PC_SID_MOST_BYTES) return PC_FAILED;
  pc_lock_enter(&lock);
  const pc_known_account *known = pc_account_cache_find(&cache, sid, pc_steady_us());
  uint8_t is = PC_SKIPPED;
  if (known != NULL) {
    *account = known->account;
    is = known->is;
  }
  pc_lock_leave(&lock);
  if (is != PC_SKIPPED || cached_only) return is;

  is = ask(sid, account);
  pc_lock_enter(&lock);
  pc_account_cache_keep(&cache, sid, is, account, pc_steady_us());
  pc_lock_leave(&lock);
  return is;
}

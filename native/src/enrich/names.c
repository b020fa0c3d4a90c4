#include "names.h"

#include "../stream/sync.h"
#include "problemchild.h"

#include <string.h>

enum { ACCOUNTS = 64, SID_MOST_BYTES = 68, RETRY_US = 60000000 };

typedef struct known_account {
  uint8_t sid[SID_MOST_BYTES];
  uint32_t sid_bytes; /* 0: slot is free */
  uint8_t is;
  uint64_t used, asked_us;
  pc_account account;
} known_account;

static known_account accounts[ACCOUNTS];
static uint64_t tick;
static pc_lock lock = SRWLOCK_INIT;

static known_account *find_locked(pc_span sid) {
  for (int i = 0; i < ACCOUNTS; i++) {
    known_account *known = &accounts[i];
    if (known->sid_bytes != sid.bytes || memcmp(known->sid, sid.at, sid.bytes) != 0) continue;
    if (known->is == PC_FAILED && pc_steady_us() - known->asked_us > RETRY_US) return NULL;
    known->used = ++tick;
    return known;
  }
  return NULL;
}

static void remember_locked(pc_span sid, uint8_t is, const pc_account *account) {
  known_account *to = &accounts[0];
  for (int i = 0; i < ACCOUNTS; i++) {
    if (accounts[i].sid_bytes == sid.bytes && memcmp(accounts[i].sid, sid.at, sid.bytes) == 0) {
      to = &accounts[i];
      break;
    }
    if (accounts[i].used < to->used) to = &accounts[i];
  }
  memcpy(to->sid, sid.at, sid.bytes);
  to->sid_bytes = sid.bytes;
  to->is = is;
  to->account = *account;
  to->used = ++tick;
  to->asked_us = pc_steady_us();
}

static uint8_t ask(pc_span sid, pc_account *account) {
  union {
    SID sid;
    uint8_t room[SID_MOST_BYTES];
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
  if (sid.bytes == 0 || sid.bytes > SID_MOST_BYTES) return PC_FAILED;
  pc_lock_enter(&lock);
  known_account *known = find_locked(sid);
  uint8_t is = PC_SKIPPED;
  if (known != NULL) {
    *account = known->account;
    is = known->is;
  }
  pc_lock_leave(&lock);
  if (known != NULL || cached_only) return is;

  is = ask(sid, account);
  pc_lock_enter(&lock);
  remember_locked(sid, is, account);
  pc_lock_leave(&lock);
  return is;
}

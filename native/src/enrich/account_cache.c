#include "account_cache.h"

#include "problemchild.h"

#include <string.h>

enum { ASK_AGAIN_US = 60000000 };

static bool is_of(const pc_known_account *known, pc_span sid) {
  return known->sid_bytes == sid.bytes && memcmp(known->sid, sid.at, sid.bytes) == 0;
}

const pc_known_account *pc_account_cache_find(pc_account_cache *cache, pc_span sid, uint64_t now_us) {
  for (int i = 0; i < PC_ACCOUNTS_KEPT; i++) {
    pc_known_account *known = &cache->accounts[i];
    if (!is_of(known, sid)) continue;
    if (known->is != PC_CAPTURED && now_us - known->asked_us > ASK_AGAIN_US) return NULL;
    known->used = ++cache->tick;
    return known;
  }
  return NULL;
}

void pc_account_cache_keep(pc_account_cache *cache, pc_span sid, uint8_t is, const pc_account *account, uint64_t now_us) {
  pc_known_account *to = &cache->accounts[0];
  for (int i = 0; i < PC_ACCOUNTS_KEPT; i++) {
    if (is_of(&cache->accounts[i], sid)) {
      to = &cache->accounts[i];
      break;
    }
    if (cache->accounts[i].used < to->used) to = &cache->accounts[i];
  }
  memcpy(to->sid, sid.at, sid.bytes);
  to->sid_bytes = sid.bytes;
  to->is = is;
  to->account = *account;
  to->used = ++cache->tick;
  to->asked_us = now_us;
}

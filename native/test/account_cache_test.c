/* For how long the answer about an account holds, and which accounts are kept. */
#include "../src/enrich/account_cache.h"
#include "check.h"
#include "problemchild.h"

#include <wchar.h>

static const uint64_t minute_us = 60000000, asked_us = 7;

static pc_account_cache cache;
static const pc_account nobody, somebody = {.name = L"anna", .domain = L"CONTOSO"};

static const pc_known_account *find(uint32_t rid, uint64_t now_us) {
  return pc_account_cache_find(&cache, (pc_span){(const uint8_t *)&rid, sizeof rid}, now_us);
}

static void keep(uint32_t rid, uint8_t is, const pc_account *account, uint64_t now_us) {
  pc_account_cache_keep(&cache, (pc_span){(const uint8_t *)&rid, sizeof rid}, is, account, now_us);
}

static void holding(void) {
  CHECK(find(1, asked_us) == NULL);
  keep(1, PC_CAPTURED, &somebody, asked_us);
  keep(2, PC_FAILED, &nobody, asked_us);
  keep(3, PC_ABSENT, &nobody, asked_us);
  for (uint32_t rid = 1; rid <= 3; rid++) CHECK(find(rid, asked_us + minute_us) != NULL);
  const pc_known_account *known = find(1, asked_us + 100000 * minute_us);
  CHECK(known != NULL && wcscmp(known->account.name, L"anna") == 0);
  CHECK(find(2, asked_us + minute_us + 1) == NULL);
  CHECK(find(3, asked_us + minute_us + 1) == NULL);
  /* The domain controller answers. */
  keep(3, PC_CAPTURED, &somebody, asked_us + 2 * minute_us);
  known = find(3, asked_us + 9 * minute_us);
  CHECK(known != NULL && known->is == PC_CAPTURED && wcscmp(known->account.domain, L"CONTOSO") == 0);
}

static void giving_way(void) {
  for (uint32_t rid = 100; rid < 100 + PC_ACCOUNTS_KEPT - 3; rid++) keep(rid, PC_CAPTURED, &somebody, asked_us);
  for (uint32_t rid = 1; rid <= 3; rid++) CHECK(find(rid, asked_us) != NULL);
  keep(999, PC_CAPTURED, &somebody, asked_us);
  CHECK(find(100, asked_us) == NULL);
  CHECK(find(1, asked_us) != NULL && find(101, asked_us) != NULL && find(999, asked_us) != NULL);
}

int main(void) {
  holding();
  giving_way();
  return finish("account_cache_test");
}

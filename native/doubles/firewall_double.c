/*
 * The filter engine's functions over a store in memory: one session and one transaction at a time, with the
 * refusals that Microsoft's documentation names. PC_DOUBLE_FIREWALL_STATE names the file that shows what was
 * committed; PC_DOUBLE_FIREWALL_FAIL, `FUNCTION NUMBER ERROR`, has the nth call of a function fail.
 */
#include "firewall_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winerror.h>

static firewall_store committed, pending;
static bool in_transaction;
static FWPM_FILTER0 *page[64];
static UINT32 next_listed;
static FWPM_FILTER_ENUM_TEMPLATE0 wanted;
static GUID wanted_provider;

static firewall_store *current(void) { return in_transaction ? &pending : &committed; }

static void copy_store(firewall_store *to, const firewall_store *from) {
  memcpy(to, from, sizeof *to);
  for (UINT32 i = 0; i < to->count; i++) store_settle(&to->filters[i]);
}

/* The error that the script wants of this call, or 0. */
static DWORD scripted(const char *function) {
  static char last[256];
  static unsigned calls;
  char text[256], name[64];
  unsigned number, error;
  DWORD length = GetEnvironmentVariableA("PC_DOUBLE_FIREWALL_FAIL", text, sizeof text);
  if (length == 0 || length >= sizeof text || sscanf(text, "%63s %u %x", name, &number, &error) != 3) return 0;
  if (strcmp(name, function) != 0) return 0;
  if (strcmp(last, text) != 0) {
    (void)strcpy(last, text);
    calls = 0;
  }
  return ++calls == number ? error : 0;
}

#define SCRIPTED(function)                   \
  do {                                       \
    DWORD wanted_error = scripted(function); \
    if (wanted_error != 0) return wanted_error; \
  } while (0)

DWORD WINAPI double_FwpmEngineOpen0(const wchar_t *server, UINT32 service, SEC_WINNT_AUTH_IDENTITY_W *identity,
                                    const FWPM_SESSION0 *session, HANDLE *engine) {
  SCRIPTED("FwpmEngineOpen0");
  if (server != NULL || identity != NULL || service != 10 || session == NULL) return ERROR_INVALID_PARAMETER;
  *engine = (HANDLE)&committed;
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmEngineClose0(HANDLE engine) {
  (void)engine;
  in_transaction = false;
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmTransactionBegin0(HANDLE engine, UINT32 flags) {
  (void)engine, (void)flags;
  SCRIPTED("FwpmTransactionBegin0");
  if (in_transaction) return (DWORD)FWP_E_TXN_IN_PROGRESS;
  copy_store(&pending, &committed);
  in_transaction = true;
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmTransactionCommit0(HANDLE engine) {
  wchar_t path[MAX_PATH];
  (void)engine;
  SCRIPTED("FwpmTransactionCommit0");
  if (!in_transaction) return (DWORD)FWP_E_NO_TXN_IN_PROGRESS;
  in_transaction = false;
  copy_store(&committed, &pending);
  DWORD length = GetEnvironmentVariableW(L"PC_DOUBLE_FIREWALL_STATE", path, MAX_PATH);
  if (length > 0 && length < MAX_PATH) store_print(&committed, path);
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmTransactionAbort0(HANDLE engine) {
  (void)engine;
  if (!in_transaction) return (DWORD)FWP_E_NO_TXN_IN_PROGRESS;
  in_transaction = false;
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmProviderAdd0(HANDLE engine, const FWPM_PROVIDER0 *provider, PSECURITY_DESCRIPTOR sd) {
  firewall_store *store = current();
  (void)engine, (void)sd;
  SCRIPTED("FwpmProviderAdd0");
  if (provider->displayData.name == NULL) return (DWORD)FWP_E_NULL_DISPLAY_NAME;
  if (store->has_provider) return (DWORD)FWP_E_ALREADY_EXISTS;
  store->has_provider = true;
  store->provider = provider->providerKey;
  store->provider_flags = provider->flags;
  (void)_snwprintf(store->service, 63, L"%ls", provider->serviceName == NULL ? L"-" : provider->serviceName);
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmProviderDeleteByKey0(HANDLE engine, const GUID *key) {
  firewall_store *store = current();
  (void)engine;
  if (!store->has_provider || memcmp(key, &store->provider, sizeof *key) != 0) return (DWORD)FWP_E_PROVIDER_NOT_FOUND;
  if (store->has_sub_layer || store->count > 0) return (DWORD)FWP_E_IN_USE;
  store->has_provider = false;
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmSubLayerAdd0(HANDLE engine, const FWPM_SUBLAYER0 *sub_layer, PSECURITY_DESCRIPTOR sd) {
  firewall_store *store = current();
  UINT32 flags; /* as wide as Windows reads it */
  (void)engine, (void)sd;
  SCRIPTED("FwpmSubLayerAdd0");
  memcpy(&flags, &sub_layer->flags, sizeof flags);
  if (sub_layer->displayData.name == NULL) return (DWORD)FWP_E_NULL_DISPLAY_NAME;
  if (store->has_sub_layer) return (DWORD)FWP_E_ALREADY_EXISTS;
  if ((flags & ~1u) != 0) return (DWORD)FWP_E_INVALID_FLAGS;
  if ((flags & 1u) != 0 && (store->provider_flags & 1u) == 0) return (DWORD)FWP_E_LIFETIME_MISMATCH;
  store->has_sub_layer = true;
  store->sub_layer = sub_layer->subLayerKey;
  store->sub_layer_flags = flags;
  store->sub_layer_weight = sub_layer->weight;
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmSubLayerDeleteByKey0(HANDLE engine, const GUID *key) {
  firewall_store *store = current();
  (void)engine;
  SCRIPTED("FwpmSubLayerDeleteByKey0");
  if (!store->has_sub_layer || memcmp(key, &store->sub_layer, sizeof *key) != 0) return (DWORD)FWP_E_SUBLAYER_NOT_FOUND;
  if (store->count > 0) return (DWORD)FWP_E_IN_USE;
  store->has_sub_layer = false;
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmFilterAdd0(HANDLE engine, const FWPM_FILTER0 *filter, PSECURITY_DESCRIPTOR sd, UINT64 *id) {
  (void)engine, (void)sd, (void)id;
  SCRIPTED("FwpmFilterAdd0");
  return store_filter(current(), filter);
}

DWORD WINAPI double_FwpmFilterDeleteByKey0(HANDLE engine, const GUID *key) {
  firewall_store *store = current();
  (void)engine;
  SCRIPTED("FwpmFilterDeleteByKey0");
  for (UINT32 i = 0; i < store->count; i++) {
    if (memcmp(&store->filters[i].filter.filterKey, key, sizeof *key) != 0) continue;
    store->filters[i] = store->filters[--store->count];
    store_settle(&store->filters[i]);
    return ERROR_SUCCESS;
  }
  return (DWORD)FWP_E_FILTER_NOT_FOUND;
}

DWORD WINAPI double_FwpmFilterCreateEnumHandle0(HANDLE engine, const FWPM_FILTER_ENUM_TEMPLATE0 *template, HANDLE *list) {
  (void)engine;
  SCRIPTED("FwpmFilterCreateEnumHandle0");
  if (template == NULL || template->providerKey == NULL || template->actionMask == 0) return ERROR_INVALID_PARAMETER;
  wanted = *template;
  wanted_provider = *template->providerKey;
  next_listed = 0;
  *list = (HANDLE)&wanted;
  return ERROR_SUCCESS;
}

static bool is_wanted(const FWPM_FILTER0 *filter) {
  bool is_boot = (filter->flags & 2u) != 0;
  return memcmp(&filter->layerKey, &wanted.layerKey, sizeof(GUID)) == 0 &&
         memcmp(filter->providerKey, &wanted_provider, sizeof(GUID)) == 0 &&
         (!is_boot || (wanted.flags & FWP_FILTER_ENUM_FLAG_INCLUDE_BOOTTIME) != 0);
}

DWORD WINAPI double_FwpmFilterEnum0(HANDLE engine, HANDLE list, UINT32 most, FWPM_FILTER0 ***filters, UINT32 *count) {
  firewall_store *store = current();
  (void)engine, (void)list;
  SCRIPTED("FwpmFilterEnum0");
  *count = 0;
  while (next_listed < store->count && *count < most && *count < sizeof page / sizeof *page) {
    FWPM_FILTER0 *filter = &store->filters[next_listed++].filter;
    if (is_wanted(filter)) page[(*count)++] = filter;
  }
  *filters = page;
  return ERROR_SUCCESS;
}

DWORD WINAPI double_FwpmFilterDestroyEnumHandle0(HANDLE engine, HANDLE list) {
  (void)engine, (void)list;
  return ERROR_SUCCESS;
}

void WINAPI double_FwpmFreeMemory0(void **memory) { *memory = NULL; }

/*
 * Applying, removing and reading the agent's filters. By Microsoft's "Object Management": what is added in a
 * transaction is there as a whole or not at all; objects without a flag live until the filter engine stops or the
 * system does (not with this process: isolation must survive that somebody ends the agent); persistent ones live
 * until they are deleted, but are put in force at a start only while the Windows service that their provider names
 * starts by itself: so no filters outlive an agent that is gone. Boot-time filters hold from the TCP/IP driver's
 * start until the filter engine runs; a filter is one or the other, so a persistent one has a copy. A persistent
 * object may refer only to persistent ones, and what is referred to is deleted last.
 */
#include "../base/cause.h"
#include "engine.h"
#include "filter.h"

#include <string.h>
#include <winerror.h>

static wchar_t provider_name[] = L"ProblemChild";
static wchar_t sub_layer_name[] = L"ProblemChild isolation";
static wchar_t service_name[] = L"ProblemChild";

/* Sub-layers of a higher weight come first, and a block of the first is final. */
enum { FIRST_OF_ALL = 0xffff };

typedef struct keys {
  GUID key[2 * PC_FILTER_LIMIT];
  UINT32 count;
} keys;

static int32_t remember_key(pc_engine *engine, const FWPM_FILTER0 *filter, void *context, pc_cause *cause) {
  (void)engine;
  keys *found = context;
  if (found->count == 2 * PC_FILTER_LIMIT) return pc_fail_win32(cause, "FwpmFilterEnum0", ERROR_TOO_MANY_NAMES);
  found->key[found->count++] = filter->filterKey;
  return PC_OK;
}

/* Listed first and deleted then: a list is not to change under its reader. */
static int32_t clear_filters(pc_engine *engine, pc_cause *cause) {
  keys *found = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *found);
  if (found == NULL) return PC_E_MEMORY;
  int32_t code = pc_engine_each(engine, remember_key, found, cause);
  for (UINT32 i = 0; code == PC_OK && i < found->count; i++) {
    DWORD error = engine->api.delete_filter(engine->handle, &found->key[i]);
    if (error != ERROR_SUCCESS && error != (DWORD)FWP_E_FILTER_NOT_FOUND) {
      code = pc_engine_fail(cause, "FwpmFilterDeleteByKey0", error);
    }
  }
  HeapFree(GetProcessHeap(), 0, found);
  return code;
}

/* `in_use`: somebody put a filter of their own into our sub-layer, so it stays. */
static int32_t clear_frame(pc_engine *engine, bool *in_use, pc_cause *cause) {
  DWORD error = engine->api.delete_sub_layer(engine->handle, &pc_sub_layer_key);
  *in_use = error == (DWORD)FWP_E_IN_USE;
  if (error != ERROR_SUCCESS && error != (DWORD)FWP_E_SUBLAYER_NOT_FOUND) {
    return pc_engine_fail(cause, "FwpmSubLayerDeleteByKey0", error);
  }
  error = engine->api.delete_provider(engine->handle, &pc_provider_key);
  if (error != ERROR_SUCCESS && error != (DWORD)FWP_E_PROVIDER_NOT_FOUND) {
    return pc_engine_fail(cause, "FwpmProviderDeleteByKey0", error);
  }
  return PC_OK;
}

/* Before a new plan nothing may be left: another's permit in our sub-layer would come before its blocks. */
static int32_t clear(pc_engine *engine, pc_cause *cause) {
  bool in_use;
  int32_t code = clear_filters(engine, cause);
  return code == PC_OK ? clear_frame(engine, &in_use, cause) : code;
}

/* A host is released though another's filter keeps the empty sub-layer: it blocks nothing of ours. */
static int32_t release(pc_engine *engine, pc_cause *cause) {
  bool in_use = false;
  int32_t code = clear_filters(engine, cause);
  if (code == PC_OK) code = clear_frame(engine, &in_use, cause);
  if (!in_use) return code;
  pc_cause_clear(cause);
  return PC_OK;
}

static int32_t add_frame(pc_engine *engine, bool persistent, pc_cause *cause) {
  GUID provider_key = pc_provider_key;
  FWPM_PROVIDER0 provider = {.providerKey = pc_provider_key,
                             .displayData = {.name = provider_name},
                             .flags = persistent ? FWPM_PROVIDER_FLAG_PERSISTENT : 0,
                             .serviceName = service_name};
  FWPM_SUBLAYER0 sub_layer;
  /* Its flags are 16 bits wide in mingw-w64's header and 32 in the SDK's: what lies between must be zero. */
  memset(&sub_layer, 0, sizeof sub_layer);
  sub_layer.subLayerKey = pc_sub_layer_key;
  sub_layer.displayData.name = sub_layer_name;
  sub_layer.flags = persistent ? FWPM_SUBLAYER_FLAG_PERSISTENT : 0;
  sub_layer.providerKey = &provider_key;
  sub_layer.weight = FIRST_OF_ALL;
  DWORD error = engine->api.add_provider(engine->handle, &provider, NULL);
  if (error != ERROR_SUCCESS) return pc_engine_fail(cause, "FwpmProviderAdd0", error);
  error = engine->api.add_sub_layer(engine->handle, &sub_layer, NULL);
  return error == ERROR_SUCCESS ? PC_OK : pc_engine_fail(cause, "FwpmSubLayerAdd0", error);
}

static int32_t add_filter(pc_engine *engine, const pc_filter *from, uint64_t plan_id, UINT32 flags, pc_cause *cause) {
  pc_built_filter built;
  if (!pc_build_filter(from, plan_id, flags, &built)) return PC_E_ARGUMENT;
  DWORD error = engine->api.add_filter(engine->handle, &built.filter, NULL, NULL);
  return error == ERROR_SUCCESS ? PC_OK : pc_engine_fail(cause, "FwpmFilterAdd0", error);
}

static int32_t add_all(pc_engine *engine, const pc_filter *filters, uint32_t count, uint64_t plan_id, bool persistent,
                       pc_cause *cause) {
  int32_t code = add_frame(engine, persistent, cause);
  for (uint32_t i = 0; code == PC_OK && i < count; i++) {
    code = add_filter(engine, &filters[i], plan_id, persistent ? FWPM_FILTER_FLAG_PERSISTENT : 0, cause);
    if (code == PC_OK && persistent) {
      code = add_filter(engine, &filters[i], plan_id, FWPM_FILTER_FLAG_BOOTTIME, cause);
    }
  }
  return code;
}

/* Ends the transaction as `code` wants; closing a session would undo it as well, but without a word. */
static int32_t settle(pc_engine *engine, int32_t code, pc_cause *cause) {
  if (code != PC_OK) {
    (void)engine->api.abort(engine->handle);
    return code;
  }
  DWORD error = engine->api.commit(engine->handle);
  return error == ERROR_SUCCESS ? PC_OK : pc_engine_fail(cause, "FwpmTransactionCommit0", error);
}

static int32_t open_transaction(pc_engine *engine, pc_cause *cause) {
  int32_t code = pc_engine_open(engine, cause);
  if (code != PC_OK) return code;
  DWORD error = engine->api.begin(engine->handle, 0);
  if (error == ERROR_SUCCESS) return PC_OK;
  pc_engine_close(engine);
  return pc_engine_fail(cause, "FwpmTransactionBegin0", error);
}

int32_t pc_isolation_apply(const pc_filter *filters, uint32_t count, uint64_t plan_id, uint32_t flags,
                           pc_cause *cause) {
  pc_cause_clear(cause);
  if (filters == NULL || count == 0 || count > PC_FILTER_LIMIT || plan_id == 0 ||
      (flags & ~PC_ISOLATE_PERSISTENT) != 0) {
    return PC_E_ARGUMENT;
  }
  pc_engine engine;
  int32_t code = open_transaction(&engine, cause);
  if (code != PC_OK) return code;
  code = clear(&engine, cause);
  if (code == PC_OK) {
    code = add_all(&engine, filters, count, plan_id, (flags & PC_ISOLATE_PERSISTENT) != 0, cause);
  }
  code = settle(&engine, code, cause);
  pc_engine_close(&engine);
  return code;
}

int32_t pc_isolation_remove(pc_cause *cause) {
  pc_cause_clear(cause);
  pc_engine engine;
  int32_t code = open_transaction(&engine, cause);
  if (code != PC_OK) return code;
  code = settle(&engine, release(&engine, cause), cause);
  pc_engine_close(&engine);
  return code;
}

static int32_t count_filter(pc_engine *engine, const FWPM_FILTER0 *filter, void *context, pc_cause *cause) {
  (void)engine, (void)cause;
  pc_isolation_state *state = context;
  uint64_t plan_id = 0;
  if (filter->providerData.size == sizeof plan_id) memcpy(&plan_id, filter->providerData.data, sizeof plan_id);
  if (state->filters + state->boot_time + state->disabled == 0) state->plan_id = plan_id;
  if (plan_id != state->plan_id || plan_id == 0) state->mixed = 1;
  if ((filter->flags & FWPM_FILTER_FLAG_BOOTTIME) != 0) {
    state->boot_time++;
  } else if ((filter->flags & FWPM_FILTER_FLAG_DISABLED) != 0) {
    state->disabled++;
  } else {
    state->filters++;
    if ((filter->flags & FWPM_FILTER_FLAG_PERSISTENT) != 0) state->persistent++;
  }
  return PC_OK;
}

int32_t pc_isolation_read(pc_isolation_state *state, pc_cause *cause) {
  pc_cause_clear(cause);
  if (state == NULL || state->size < sizeof *state) return PC_E_ARGUMENT;
  *state = (pc_isolation_state){.size = sizeof *state};
  pc_engine engine;
  int32_t code = pc_engine_open(&engine, cause);
  if (code != PC_OK) return code;
  code = pc_engine_each(&engine, count_filter, state, cause);
  pc_engine_close(&engine);
  return code;
}

#include "engine.h"

#include "../base/cause.h"
#include "filter.h"

#include <rpc.h>
#include <string.h>

enum { PAGE = 64, WAIT_MS = 5000 };
/* What stands in for severity in an HRESULT: set in FWP_E_ codes, never in Win32 errors. */
#define HRESULT_BIT 0x80000000u

int32_t pc_engine_fail(pc_cause *cause, const char *api, DWORD error) {
  return (error & HRESULT_BIT) != 0 ? pc_fail_hresult(cause, api, (HRESULT)error) : pc_fail_win32(cause, api, error);
}

int32_t pc_engine_open(pc_engine *engine, pc_cause *cause) {
  static wchar_t name[] = L"ProblemChild";
  memset(engine, 0, sizeof *engine);
  if (!pc_fwp_functions(&engine->api)) return pc_fail_win32(cause, "fwpuclnt.dll", ERROR_PROC_NOT_FOUND);
  FWPM_SESSION0 session = {.displayData = {.name = name}, .txnWaitTimeoutInMSec = WAIT_MS};
  DWORD error = engine->api.open(NULL, RPC_C_AUTHN_WINNT, NULL, &session, &engine->handle);
  return error == ERROR_SUCCESS ? PC_OK : pc_engine_fail(cause, "FwpmEngineOpen0", error);
}

void pc_engine_close(pc_engine *engine) {
  if (engine->handle != NULL) (void)engine->api.close(engine->handle);
  engine->handle = NULL;
}

static bool is_ours(const FWPM_FILTER0 *filter) {
  return filter->providerKey != NULL && memcmp(filter->providerKey, &pc_provider_key, sizeof(GUID)) == 0;
}

static int32_t each_of_layer(pc_engine *engine, const GUID *layer, pc_see_filter see, void *context, pc_cause *cause) {
  GUID provider = pc_provider_key;
  FWPM_FILTER_ENUM_TEMPLATE0 wanted = {.providerKey = &provider,
                                       .layerKey = *layer,
                                       .enumType = FWP_FILTER_ENUM_OVERLAPPING,
                                       .flags = FWP_FILTER_ENUM_FLAG_INCLUDE_BOOTTIME |
                                                FWP_FILTER_ENUM_FLAG_INCLUDE_DISABLED,
                                       .actionMask = UINT32_MAX};
  HANDLE list = NULL;
  DWORD error = engine->api.begin_list(engine->handle, &wanted, &list);
  if (error != ERROR_SUCCESS) return pc_engine_fail(cause, "FwpmFilterCreateEnumHandle0", error);
  int32_t code = PC_OK;
  for (UINT32 count = PAGE; code == PC_OK && count == PAGE;) {
    FWPM_FILTER0 **filters = NULL;
    count = 0;
    error = engine->api.list(engine->handle, list, PAGE, &filters, &count);
    if (error != ERROR_SUCCESS) code = pc_engine_fail(cause, "FwpmFilterEnum0", error);
    for (UINT32 i = 0; code == PC_OK && i < count; i++) {
      /* Checked again: what is done with a filter of somebody else's could not be undone. */
      if (is_ours(filters[i])) code = see(engine, filters[i], context, cause);
    }
    if (filters != NULL) engine->api.free_memory((void **)&filters);
  }
  (void)engine->api.end_list(engine->handle, list);
  return code;
}

int32_t pc_engine_each(pc_engine *engine, pc_see_filter see, void *context, pc_cause *cause) {
  int32_t code = PC_OK;
  for (int i = 0; code == PC_OK && i < PC_LAYER_KEYS; i++) {
    code = each_of_layer(engine, &pc_layer_keys[i], see, context, cause);
  }
  return code;
}

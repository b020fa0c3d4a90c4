/* A session with the filter engine, and what of it is the agent's. */
#ifndef PC_ISOLATION_ENGINE_H
#define PC_ISOLATION_ENGINE_H

#include "fwp_api.h"
#include "problemchild.h"

typedef struct pc_engine {
  pc_fwp_api api;
  HANDLE handle;
} pc_engine;

/* Nothing of a session is left open when it fails. */
int32_t pc_engine_open(pc_engine *engine, pc_cause *cause);
void pc_engine_close(pc_engine *engine);

/* The PC_E_ code for what an Fwpm function returned: a Win32 error, or an FWP_E_ HRESULT. */
int32_t pc_engine_fail(pc_cause *cause, const char *api, DWORD error);

/* Calls `see` for every filter of the agent's, those for boot time and disabled ones as well, until it
   returns something else than PC_OK. */
typedef int32_t (*pc_see_filter)(pc_engine *engine, const FWPM_FILTER0 *filter, void *context, pc_cause *cause);
int32_t pc_engine_each(pc_engine *engine, pc_see_filter see, void *context, pc_cause *cause);

#endif

/* One filter of the agent's as the filter engine wants it. */
#ifndef PC_ISOLATION_FILTER_H
#define PC_ISOLATION_FILTER_H

#include "problemchild.h"

#include <stdbool.h>
#include <windows.h>
#include <fwpmu.h>

/* Who everything belongs to, and the sub-layer that it is in: made for this agent, never to be changed,
   because an upgrade must find what an earlier version left. */
extern const GUID pc_provider_key; /* {8b0f5a53-3cf2-4d5c-9d0a-4f1f7c5f2b61} */
extern const GUID pc_sub_layer_key; /* {c4d86c3e-91f7-4c0e-8b5e-6e2f6a1d9a07} */

/* As fwpmu.h of the Windows SDK has them; mingw-w64's lacks them. */
#ifndef FWPM_PROVIDER_FLAG_PERSISTENT
#define FWPM_PROVIDER_FLAG_PERSISTENT 0x1
#endif
#ifndef FWPM_SUBLAYER_FLAG_PERSISTENT
#define FWPM_SUBLAYER_FLAG_PERSISTENT 0x1
#endif
#ifndef FWPM_FILTER_FLAG_PERSISTENT
#define FWPM_FILTER_FLAG_PERSISTENT 0x1
#define FWPM_FILTER_FLAG_BOOTTIME 0x2
#define FWPM_FILTER_FLAG_DISABLED 0x20
#endif

/* Every layer that a filter of ours can be in. */
enum { PC_LAYER_KEYS = 6 };
extern const GUID pc_layer_keys[PC_LAYER_KEYS];

enum { PC_MAX_CONDITIONS = 5 };

/* A filter with all that it points to; must not be moved once built. */
typedef struct pc_built_filter {
  FWPM_FILTER0 filter;
  FWPM_FILTER_CONDITION0 conditions[PC_MAX_CONDITIONS];
  FWP_V4_ADDR_AND_MASK v4;
  FWP_V6_ADDR_AND_MASK v6;
  GUID provider; /* the engine's pointer is not to const */
  uint64_t plan_id;
} pc_built_filter;

/* False when the filter makes no sense. `flags` are FWPM_FILTER_FLAG_. */
bool pc_build_filter(const pc_filter *from, uint64_t plan_id, UINT32 flags, pc_built_filter *to);

#endif

#include "firewall_store.h"

#include <stdio.h>
#include <string.h>
#include <winerror.h>

enum { PERSISTENT = 0x1, BOOTTIME = 0x2, LARGEST_WEIGHT_RANGE = 15 };

typedef struct field {
  GUID key;
  const char *name;
  FWP_DATA_TYPE type, other_type;
} field;

static const field fields[] = {
    {{0x632ce23b, 0x5167, 0x435c, {0x86, 0xd7, 0xe9, 0x03, 0x68, 0x4a, 0xa8, 0x0c}}, "flags", FWP_UINT32, FWP_UINT32},
    {{0x3971ef2b, 0x623e, 0x4f9a, {0x8c, 0xb1, 0x6e, 0x79, 0xb8, 0x06, 0xb9, 0xa7}}, "protocol", FWP_UINT8, FWP_UINT8},
    {{0x0c1ba1af, 0x5765, 0x453f, {0xaf, 0x22, 0xa8, 0xf7, 0x91, 0xac, 0x77, 0x5b}}, "local-port", FWP_UINT16, FWP_UINT16},
    {{0xc35a604d, 0xd22b, 0x4e1a, {0x91, 0xb4, 0x68, 0xf6, 0x74, 0xee, 0x67, 0x4b}}, "remote-port", FWP_UINT16, FWP_UINT16},
    {{0xb235ae9a, 0x1d64, 0x49b8, {0xa4, 0x4c, 0x5f, 0xf3, 0xd9, 0x09, 0x50, 0x45}}, "remote", FWP_V4_ADDR_MASK, FWP_V6_ADDR_MASK},
};

typedef struct layer {
  uint32_t data1; /* enough to tell them apart */
  const char *name;
} layer;

static const layer layers[] = {{0xc38d57d1, "connect4"}, {0x4a72393b, "connect6"}, {0xe1cd9fe7, "accept4"},
                               {0xa3b42c97, "accept6"},  {0xa82acc24, "forward4"}, {0x7b964818, "forward6"}};

static const char *layer_name(const GUID *key) {
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
    if (layers[i].data1 == key->Data1) return layers[i].name;
  }
  return NULL;
}

static const field *field_of(const GUID *key) {
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (memcmp(&fields[i].key, key, sizeof *key) == 0) return &fields[i];
  }
  return NULL;
}

void store_settle(stored_filter *stored) {
  FWPM_FILTER0 *filter = &stored->filter;
  filter->filterCondition = stored->conditions;
  filter->providerKey = &stored->provider;
  filter->providerData.data = stored->data;
  for (UINT32 i = 0; i < filter->numFilterConditions; i++) {
    FWP_CONDITION_VALUE0 *value = &stored->conditions[i].conditionValue;
    if (value->type == FWP_V4_ADDR_MASK) value->v4AddrMask = &stored->v4;
    if (value->type == FWP_V6_ADDR_MASK) value->v6AddrMask = &stored->v6;
  }
}

static DWORD copy_condition(stored_filter *to, UINT32 index, const FWPM_FILTER_CONDITION0 *from, bool is_v6) {
  const field *known = field_of(&from->fieldKey);
  const FWP_CONDITION_VALUE0 *value = &from->conditionValue;
  if (known == NULL) return (DWORD)FWP_E_CONDITION_NOT_FOUND;
  if (value->type != known->type && value->type != known->other_type) return (DWORD)FWP_E_TYPE_MISMATCH;
  for (UINT32 i = 0; i < index; i++) {
    if (memcmp(&to->conditions[i].fieldKey, &from->fieldKey, sizeof(GUID)) == 0) return (DWORD)FWP_E_DUPLICATE_CONDITION;
  }
  if (value->type == FWP_V4_ADDR_MASK || value->type == FWP_V6_ADDR_MASK) {
    if (is_v6 != (value->type == FWP_V6_ADDR_MASK)) return (DWORD)FWP_E_TYPE_MISMATCH;
    if (is_v6) to->v6 = *value->v6AddrMask;
    else to->v4 = *value->v4AddrMask;
  }
  to->conditions[index] = *from;
  return ERROR_SUCCESS;
}

static DWORD judge(const firewall_store *store, const FWPM_FILTER0 *from) {
  bool is_persistent = (from->flags & PERSISTENT) != 0, is_boot = (from->flags & BOOTTIME) != 0;
  if (from->displayData.name == NULL) return (DWORD)FWP_E_NULL_DISPLAY_NAME;
  if ((is_persistent && is_boot) || (from->flags & ~(UINT32)(PERSISTENT | BOOTTIME)) != 0) return (DWORD)FWP_E_INVALID_FLAGS;
  if (layer_name(&from->layerKey) == NULL) return (DWORD)FWP_E_LAYER_NOT_FOUND;
  if (!store->has_sub_layer || memcmp(&from->subLayerKey, &store->sub_layer, sizeof(GUID)) != 0) return (DWORD)FWP_E_SUBLAYER_NOT_FOUND;
  if (!store->has_provider || from->providerKey == NULL || memcmp(from->providerKey, &store->provider, sizeof(GUID)) != 0) {
    return (DWORD)FWP_E_PROVIDER_NOT_FOUND;
  }
  if ((is_persistent || is_boot) && ((store->provider_flags & PERSISTENT) == 0 || (store->sub_layer_flags & PERSISTENT) == 0)) {
    return (DWORD)FWP_E_LIFETIME_MISMATCH;
  }
  if (from->weight.type != FWP_UINT8 || from->weight.uint8 > LARGEST_WEIGHT_RANGE) return (DWORD)FWP_E_INVALID_WEIGHT;
  if (from->action.type != FWP_ACTION_BLOCK && from->action.type != FWP_ACTION_PERMIT) return (DWORD)FWP_E_INVALID_ACTION_TYPE;
  return ERROR_SUCCESS;
}

DWORD store_filter(firewall_store *store, const FWPM_FILTER0 *from) {
  DWORD error = judge(store, from);
  if (error != ERROR_SUCCESS) return error;
  if (store->count == STORE_FILTERS || from->numFilterConditions > STORE_CONDITIONS || from->providerData.size > sizeof store->filters[0].data) {
    return ERROR_NOT_ENOUGH_MEMORY;
  }
  stored_filter *to = &store->filters[store->count];
  memset(to, 0, sizeof *to);
  const char *name = layer_name(&from->layerKey);
  bool is_v6 = name[strlen(name) - 1] == '6';
  for (UINT32 i = 0; i < from->numFilterConditions; i++) {
    error = copy_condition(to, i, &from->filterCondition[i], is_v6);
    if (error != ERROR_SUCCESS) return error;
  }
  to->filter = *from;
  to->provider = *from->providerKey;
  memcpy(to->data, from->providerData.data, from->providerData.size);
  to->filter.filterKey = (GUID){++store->added, 0xf1, 0x7e, {4}};
  store_settle(to);
  store->count++;
  return ERROR_SUCCESS;
}

static void print_address(FILE *out, const FWP_CONDITION_VALUE0 *value) {
  if (value->type == FWP_V4_ADDR_MASK) {
    (void)fprintf(out, "%08x/%08x", (unsigned)value->v4AddrMask->addr, (unsigned)value->v4AddrMask->mask);
    return;
  }
  for (int i = 0; i < FWP_V6_ADDR_SIZE; i++) (void)fprintf(out, "%02x", value->v6AddrMask->addr[i]);
  (void)fprintf(out, "/%u", value->v6AddrMask->prefixLength);
}

static void print_condition(FILE *out, const FWPM_FILTER_CONDITION0 *condition) {
  const FWP_CONDITION_VALUE0 *value = &condition->conditionValue;
  (void)fprintf(out, "\t%s=", field_of(&condition->fieldKey)->name);
  switch (value->type) {
    case FWP_UINT8: (void)fprintf(out, "%u", value->uint8); break;
    case FWP_UINT16: (void)fprintf(out, "%u", value->uint16); break;
    case FWP_UINT32: (void)fprintf(out, "%u by %d", (unsigned)value->uint32, (int)condition->matchType); break;
    default: print_address(out, value);
  }
}

void store_print(const firewall_store *store, const wchar_t *path) {
  FILE *out = _wfopen(path, L"wb");
  if (out == NULL) return;
  if (store->has_provider) (void)fprintf(out, "provider\tflags=%u\tservice=%ls\n", (unsigned)store->provider_flags, store->service);
  if (store->has_sub_layer) (void)fprintf(out, "sub-layer\tflags=%u\tweight=%u\n", (unsigned)store->sub_layer_flags, store->sub_layer_weight);
  for (UINT32 i = 0; i < store->count; i++) {
    const FWPM_FILTER0 *filter = &store->filters[i].filter;
    (void)fprintf(out, "filter\t%s\t%s\tweight=%u\tflags=%u", layer_name(&filter->layerKey),
                  filter->action.type == FWP_ACTION_PERMIT ? "permit" : "block", filter->weight.uint8,
                  (unsigned)filter->flags);
    for (UINT32 j = 0; j < filter->numFilterConditions; j++) print_condition(out, &filter->filterCondition[j]);
    (void)fputs("\n", out);
  }
  (void)fclose(out);
}

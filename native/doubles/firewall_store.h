/* What the double of the filter engine holds, with copies of all that a filter points to. */
#ifndef PC_DOUBLES_FIREWALL_STORE_H
#define PC_DOUBLES_FIREWALL_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>
#include <fwpmu.h>

enum { STORE_FILTERS = 8192, STORE_CONDITIONS = 5 };

typedef struct stored_filter {
  FWPM_FILTER0 filter;
  FWPM_FILTER_CONDITION0 conditions[STORE_CONDITIONS];
  FWP_V4_ADDR_AND_MASK v4;
  FWP_V6_ADDR_AND_MASK v6;
  GUID provider;
  uint8_t data[16];
} stored_filter;

typedef struct firewall_store {
  bool has_provider, has_sub_layer;
  UINT32 provider_flags, sub_layer_flags;
  GUID provider, sub_layer;
  wchar_t service[64];
  UINT16 sub_layer_weight;
  UINT32 count;
  UINT32 added; /* so far, for keys */
  stored_filter filters[STORE_FILTERS];
} firewall_store;

/* Takes a copy; ERROR_SUCCESS or what the engine would answer. */
DWORD store_filter(firewall_store *store, const FWPM_FILTER0 *from);
/* Points a copy's members at its own storage again after it was moved. */
void store_settle(stored_filter *filter);
/* The whole store as text, one line for each object. */
void store_print(const firewall_store *store, const wchar_t *path);

#endif

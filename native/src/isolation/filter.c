/*
 * What the Windows Filtering Platform is asked to do, by Microsoft's documentation of it:
 *  - "ALE Layers", "ALE Reauthorization": new outgoing connections are decided at ALE_AUTH_CONNECT, incoming ones at
 *    ALE_AUTH_RECV_ACCEPT, also of UDP (first packet of each peer), ICMP and raw sockets. Answers belong to the
 *    connection and are not decided again. A filter that is added has the next packet of every existing connection
 *    decided anew, in whichever direction it goes: so connections that are open already are cut as well. Binding
 *    (ALE_RESOURCE_ASSIGNMENT) and listening are left alone: neither moves a byte.
 *  - What the host passes on for others (virtual machines, WSL, connection sharing) never gets there; it is decided
 *    at IPFORWARD.
 *  - "Filtering Condition Flags": IS_LOOPBACK is there at both ALE layers.
 *  - "Filtering Condition Identifiers": IP_PROTOCOL is a UINT8; IP_LOCAL_PORT and IP_REMOTE_PORT are UINT16 and, for
 *    ICMP, stand for type and code (FWPM_CONDITION_ICMP_TYPE, _CODE); IP_REMOTE_ADDRESS takes address and mask,
 *    IPv4 in host order. Conditions on different fields must all hold.
 *  - "Filter Weight Assignment": an UINT8 of 0..15 is the upper four bits of a weight whose rest the engine
 *    chooses: so every permit is weighed above every block.
 *  - "Filter Arbitration": in a sub-layer the heaviest filter that matches decides. A block is final by default;
 *    a permit may still be blocked in another sub-layer, such as Windows Firewall's. Both are meant: isolation
 *    only ever takes away.
 */
#include "filter.h"

#include <string.h>

const GUID pc_provider_key = {0x8b0f5a53, 0x3cf2, 0x4d5c, {0x9d, 0x0a, 0x4f, 0x1f, 0x7c, 0x5f, 0x2b, 0x61}};
const GUID pc_sub_layer_key = {0xc4d86c3e, 0x91f7, 0x4c0e, {0x8b, 0x5e, 0x6e, 0x2f, 0x6a, 0x1d, 0x9a, 0x07}};

/* The platform's own, as fwpmu.h of the Windows SDK has them; mingw-w64's declares none. */
const GUID pc_layer_keys[PC_LAYER_KEYS] = {
    /* FWPM_LAYER_ALE_AUTH_CONNECT_V4, _V6 */
    {0xc38d57d1, 0x05a7, 0x4c33, {0x90, 0x4f, 0x7f, 0xbc, 0xee, 0xe6, 0x0e, 0x82}},
    {0x4a72393b, 0x319f, 0x44bc, {0x84, 0xc3, 0xba, 0x54, 0xdc, 0xb3, 0xb6, 0xb4}},
    /* FWPM_LAYER_ALE_AUTH_RECV_ACCEPT_V4, _V6 */
    {0xe1cd9fe7, 0xf4b5, 0x4273, {0x96, 0xc0, 0x59, 0x2e, 0x48, 0x7b, 0x86, 0x50}},
    {0xa3b42c97, 0x9f04, 0x4672, {0xb8, 0x7e, 0xce, 0xe9, 0xc4, 0x83, 0x25, 0x7f}},
    /* FWPM_LAYER_IPFORWARD_V4, _V6 */
    {0xa82acc24, 0x4ee1, 0x4ee1, {0xb4, 0x65, 0xfd, 0x1d, 0x25, 0xcb, 0x10, 0xa4}},
    {0x7b964818, 0x19c7, 0x493a, {0xb7, 0x1f, 0x83, 0x2c, 0x36, 0x84, 0xd2, 0x8c}},
};
static const GUID condition_flags = /* FWPM_CONDITION_FLAGS */
    {0x632ce23b, 0x5167, 0x435c, {0x86, 0xd7, 0xe9, 0x03, 0x68, 0x4a, 0xa8, 0x0c}};
static const GUID condition_protocol = /* FWPM_CONDITION_IP_PROTOCOL */
    {0x3971ef2b, 0x623e, 0x4f9a, {0x8c, 0xb1, 0x6e, 0x79, 0xb8, 0x06, 0xb9, 0xa7}};
static const GUID condition_local_port = /* FWPM_CONDITION_IP_LOCAL_PORT */
    {0x0c1ba1af, 0x5765, 0x453f, {0xaf, 0x22, 0xa8, 0xf7, 0x91, 0xac, 0x77, 0x5b}};
static const GUID condition_remote_port = /* FWPM_CONDITION_IP_REMOTE_PORT */
    {0xc35a604d, 0xd22b, 0x4e1a, {0x91, 0xb4, 0x68, 0xf6, 0x74, 0xee, 0x67, 0x4b}};
static const GUID condition_remote_address = /* FWPM_CONDITION_IP_REMOTE_ADDRESS */
    {0xb235ae9a, 0x1d64, 0x49b8, {0xa4, 0x4c, 0x5f, 0xf3, 0xd9, 0x09, 0x50, 0x45}};

enum { PERMIT_RANGE = 15, BLOCK_RANGE = 1 };
enum {
  ALL_MATCHES = PC_MATCH_LOOPBACK | PC_MATCH_PROTOCOL | PC_MATCH_LOCAL_PORT | PC_MATCH_REMOTE_PORT |
                PC_MATCH_REMOTE_ADDRESS
};

static bool is_sound(const pc_filter *f) {
  bool v4 = f->family == 4;
  return f->layer >= PC_LAYER_CONNECT && f->layer <= PC_LAYER_FORWARD && (v4 || f->family == 6) &&
         f->action <= PC_FILTER_PERMIT && (f->matches & ~(uint32_t)ALL_MATCHES) == 0 &&
         (f->layer != PC_LAYER_FORWARD || f->matches == 0) && f->protocol <= UINT8_MAX &&
         f->local_port <= UINT16_MAX && f->remote_port <= UINT16_MAX && f->prefix <= (v4 ? 32u : 128u);
}

static FWPM_FILTER_CONDITION0 *add(pc_built_filter *to, const GUID *field, FWP_MATCH_TYPE match, FWP_DATA_TYPE type) {
  FWPM_FILTER_CONDITION0 *condition = &to->conditions[to->filter.numFilterConditions++];
  condition->fieldKey = *field;
  condition->matchType = match;
  condition->conditionValue.type = type;
  return condition;
}

static void add_remote_address(const pc_filter *from, pc_built_filter *to) {
  const uint8_t *a = from->remote_address;
  if (from->family == 4) {
    to->v4.addr = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
    to->v4.mask = from->prefix == 0 ? 0 : UINT32_MAX << (32 - from->prefix);
    add(to, &condition_remote_address, FWP_MATCH_EQUAL, FWP_V4_ADDR_MASK)->conditionValue.v4AddrMask = &to->v4;
  } else {
    memcpy(to->v6.addr, a, sizeof to->v6.addr);
    to->v6.prefixLength = (UINT8)from->prefix;
    add(to, &condition_remote_address, FWP_MATCH_EQUAL, FWP_V6_ADDR_MASK)->conditionValue.v6AddrMask = &to->v6;
  }
}

bool pc_build_filter(const pc_filter *from, uint64_t plan_id, UINT32 flags, pc_built_filter *to) {
  static wchar_t permit_name[] = L"ProblemChild isolation: allowed";
  static wchar_t block_name[] = L"ProblemChild isolation: blocked";
  memset(to, 0, sizeof *to);
  if (!is_sound(from)) return false;
  bool permits = from->action == PC_FILTER_PERMIT;
  to->provider = pc_provider_key;
  to->plan_id = plan_id;
  to->filter.displayData.name = permits ? permit_name : block_name;
  to->filter.flags = flags;
  to->filter.providerKey = &to->provider;
  to->filter.providerData.size = sizeof to->plan_id;
  to->filter.providerData.data = (UINT8 *)&to->plan_id;
  to->filter.layerKey = pc_layer_keys[(from->layer - 1) * 2 + (from->family == 6)];
  to->filter.subLayerKey = pc_sub_layer_key;
  to->filter.weight.type = FWP_UINT8;
  to->filter.weight.uint8 = permits ? PERMIT_RANGE : BLOCK_RANGE;
  to->filter.action.type = permits ? FWP_ACTION_PERMIT : FWP_ACTION_BLOCK;
  to->filter.filterCondition = to->conditions;
  if ((from->matches & PC_MATCH_LOOPBACK) != 0) {
    add(to, &condition_flags, FWP_MATCH_FLAGS_ALL_SET, FWP_UINT32)->conditionValue.uint32 =
        FWP_CONDITION_FLAG_IS_LOOPBACK;
  }
  if ((from->matches & PC_MATCH_PROTOCOL) != 0) {
    add(to, &condition_protocol, FWP_MATCH_EQUAL, FWP_UINT8)->conditionValue.uint8 = (UINT8)from->protocol;
  }
  if ((from->matches & PC_MATCH_LOCAL_PORT) != 0) {
    add(to, &condition_local_port, FWP_MATCH_EQUAL, FWP_UINT16)->conditionValue.uint16 = (UINT16)from->local_port;
  }
  if ((from->matches & PC_MATCH_REMOTE_PORT) != 0) {
    add(to, &condition_remote_port, FWP_MATCH_EQUAL, FWP_UINT16)->conditionValue.uint16 = (UINT16)from->remote_port;
  }
  if ((from->matches & PC_MATCH_REMOTE_ADDRESS) != 0) add_remote_address(from, to);
  return true;
}

#include "kinship.h"

bool pc_is_child_of(const pc_pid_holder *parent, uint32_t pid, uint32_t parent_pid, uint64_t created, uint64_t now) {
  return parent_pid == parent->pid && pid != parent_pid && parent->created <= created && created <= parent->until &&
         created <= now;
}

/* Whose child a process is. A parent is named by its pid, and pids are given again. */
#ifndef PC_PROCESS_KINSHIP_H
#define PC_PROCESS_KINSHIP_H

#include <stdbool.h>
#include <stdint.h>

/* A process that is known to have had its pid from `created` to `until` (FILETIME); UINT64_MAX: it has it now. */
typedef struct pc_pid_holder {
  uint32_t pid;
  uint64_t created, until;
} pc_pid_holder;

/*
 * Whether a process of `pid`, made at `created` by `parent_pid`, is a child of this one. `now`: when it was seen. One
 * that is to be made later than that was made before the clock was set back, and whoever had the pid then is its parent.
 */
bool pc_is_child_of(const pc_pid_holder *parent, uint32_t pid, uint32_t parent_pid, uint64_t created, uint64_t now);

#endif

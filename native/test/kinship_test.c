/* Whose child a process is, where pids are given again. */
#include "../src/process/kinship.h"
#include "check.h"

int main(void) {
  const pc_pid_holder alive = {.pid = 100, .created = 50, .until = UINT64_MAX};
  CHECK(pc_is_child_of(&alive, 104, 100, 50, 80));
  CHECK(pc_is_child_of(&alive, 104, 100, 80, 80));
  /* The child of whoever had the pid before. */
  CHECK(!pc_is_child_of(&alive, 104, 100, 49, 80));
  CHECK(!pc_is_child_of(&alive, 104, 108, 60, 80));
  /* The idle process names itself. */
  CHECK(!pc_is_child_of(&alive, 100, 100, 60, 80));
  /* Made by whoever had the pid before the clock was set back. */
  CHECK(!pc_is_child_of(&alive, 104, 100, 81, 80));
  CHECK(!pc_is_child_of(&alive, 104, 100, UINT64_MAX, 80));

  /* Gone at 70 at the latest: what is made after that is the child of whoever has the pid now. */
  const pc_pid_holder gone = {.pid = 100, .created = 50, .until = 70};
  CHECK(pc_is_child_of(&gone, 104, 100, 60, 80));
  CHECK(pc_is_child_of(&gone, 104, 100, 70, 80));
  CHECK(!pc_is_child_of(&gone, 104, 100, 71, 80));
  return finish("kinship_test");
}

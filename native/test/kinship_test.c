/* Whose child a process is, where pids are given again. */
#include "../src/process/kinship.h"
#include "check.h"

int main(void) {
  const pc_pid_holder alive = {.pid = 100, .created = 50, .until = UINT64_MAX};
  CHECK(pc_is_child_of(&alive, 104, 100, 50));
  CHECK(pc_is_child_of(&alive, 104, 100, UINT64_MAX));
  /* The child of whoever had the pid before. */
  CHECK(!pc_is_child_of(&alive, 104, 100, 49));
  CHECK(!pc_is_child_of(&alive, 104, 108, 60));
  /* The idle process names itself. */
  CHECK(!pc_is_child_of(&alive, 100, 100, 60));

  /* Gone at 70 at the latest: what is made after that is the child of whoever has the pid now. */
  const pc_pid_holder gone = {.pid = 100, .created = 50, .until = 70};
  CHECK(pc_is_child_of(&gone, 104, 100, 60));
  CHECK(pc_is_child_of(&gone, 104, 100, 70));
  CHECK(!pc_is_child_of(&gone, 104, 100, 71));
  return finish("kinship_test");
}

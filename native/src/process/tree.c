/* A process and its descendants: collected by identity, frozen while collecting, ended leaves first. */
#include "../base/cause.h"
#include "../stream/sync.h"
#include "control.h"
#include "facts.h"
#include "kinship.h"
#include "nt.h"
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_LIMIT = 256, MOST_MEMBERS = 4096, MOST_LOOKS = 64, QUIET_LOOKS = 2 };

typedef struct member {
  HANDLE process; /* kept open, also of one that has ended: nobody can get its pid meanwhile */
  uint64_t until; /* when it was found to be gone, before it could be opened: its pid may be another's since */
  bool suspended;
  pc_tree_member row;
} member;

typedef struct tree {
  member *members;
  uint32_t count, limit;
  bool freeze; /* suspend what is found */
  DWORD rights;
} tree;

static void set_cause(pc_tree_member *row, const pc_cause *cause) {
  row->cause_kind = cause->kind;
  row->cause_value = cause->value;
}

static bool contains(const tree *t, const pc_snapshot_entry *entry) {
  for (uint32_t i = 0; i < t->count; i++) {
    if (t->members[i].row.pid == entry->pid && t->members[i].row.created == entry->created) return true;
  }
  return false;
}

/* Its parent among the members, when it is seen at `now`. */
static const member *parent_in(const tree *t, const pc_snapshot_entry *entry, uint64_t now) {
  for (uint32_t i = 0; i < t->count; i++) {
    const member *m = &t->members[i];
    pc_pid_holder holder = {.pid = m->row.pid, .created = m->row.created, .until = m->until};
    if (pc_is_child_of(&holder, entry->pid, entry->parent_pid, entry->created, now)) return m;
  }
  return NULL;
}

/* Suspends a member that may be acted on; one that ended meanwhile stays as a link to its children. */
static void freeze(member *m, pc_cause *cause) {
  LONG status = pc_nt_functions()->suspend(m->process);
  if (status >= 0) {
    m->suspended = true;
    m->row.outcome = PC_OUTCOME_SUSPENDED;
  } else {
    m->row.code = pc_fail_status(cause, "NtSuspendProcess", status);
    m->row.outcome = m->row.code == PC_E_EXITED ? PC_OUTCOME_GONE : PC_OUTCOME_FAILED;
    set_cause(&m->row, cause);
  }
}

/* Adds a process; its code says whether it refuses the whole tree. */
static int32_t add(tree *t, const pc_snapshot_entry *entry, uint32_t depth, pc_cause *cause) {
  if (t->count == t->limit) return PC_E_TREE_LIMIT;
  member *m = &t->members[t->count++];
  pc_process_facts facts = {.size = sizeof facts};
  pc_process_request request = {.size = sizeof request, .pid = entry->pid, .created = entry->created};
  *m = (member){.until = UINT64_MAX,
                .row = {.pid = entry->pid, .parent_pid = entry->parent_pid, .created = entry->created, .depth = depth}};
  m->row.code = pc_open_for_action(&request, t->rights, &facts, &m->process, cause);
  if (m->row.code != PC_OK) {
    m->process = NULL;
    m->until = pc_filetime_now();
    set_cause(&m->row, cause);
    bool gone = m->row.code == PC_E_EXITED || m->row.code == PC_E_IDENTITY;
    m->row.outcome = gone ? PC_OUTCOME_GONE : PC_OUTCOME_FAILED;
    if (gone) m->row.code = PC_E_EXITED;
  } else if (t->freeze) {
    freeze(m, cause);
  }
  switch (m->row.code) {
    case PC_E_SELF:
    case PC_E_CRITICAL:
    case PC_E_PROTECTED:
    case PC_E_UNVERIFIABLE: return m->row.code;
    default: return PC_OK; /* not ours to open, or gone: the others are still dealt with */
  }
}

static int32_t look_once(tree *t, bool *found, pc_cause *cause) {
  pc_snapshot snapshot;
  pc_snapshot_entry entry;
  *found = false;
  int32_t code = pc_snapshot_take(&snapshot, cause);
  uint64_t now = pc_filetime_now();
  while (code == PC_OK && pc_snapshot_next(&snapshot, &entry)) {
    const member *parent = parent_in(t, &entry, now);
    if (parent == NULL || contains(t, &entry)) continue;
    *found = true;
    code = add(t, &entry, parent->row.depth + 1, cause);
  }
  pc_snapshot_free(&snapshot);
  return code;
}

/* A tree that grows as fast as it is looked at is hard to make: a test may have fewer looks. */
#ifdef PC_TEST_SEAM
static int most_looks(void) {
  wchar_t looks[16];
  DWORD length = GetEnvironmentVariableW(L"PC_DOUBLE_TREE_LOOKS", looks, 16);
  return length > 0 && length < 16 ? (int)wcstol(looks, NULL, 10) : MOST_LOOKS;
}
#else
static int most_looks(void) { return MOST_LOOKS; }
#endif

/* A look lists parents before children only by chance: repeat until nothing new comes. */
static int32_t collect(tree *t, pc_cause *cause) {
  int most = most_looks();
  for (int looks = 0, quiet = 0; looks < most; looks++) {
    bool found;
    int32_t code = look_once(t, &found, cause);
    if (code != PC_OK) return code;
    quiet = found ? 0 : quiet + 1;
    if (quiet == QUIET_LOOKS) return PC_OK;
  }
  return PC_E_TREE_UNSTABLE;
}

static void let_go(member *m) {
  if (m->suspended) m->suspended = pc_nt_functions()->resume(m->process) < 0;
}

static void thaw(tree *t) {
  for (uint32_t i = 0; i < t->count; i++) {
    member *m = &t->members[i];
    if (!m->suspended) continue;
    let_go(m);
    m->row.outcome = m->suspended ? PC_OUTCOME_SUSPENDED : PC_OUTCOME_NONE;
  }
}

static int deepest_first(const void *a, const void *b) {
  uint32_t one = ((const member *)a)->row.depth, other = ((const member *)b)->row.depth;
  return (one < other) - (one > other);
}

/* All are told before any is waited for: a suspended process cannot react to a neighbour's end. One that cannot be ended
   goes on: who joined late is written down by nobody. */
static int32_t end_all(tree *t, const pc_process_request *request, pc_process_result *result, pc_cause *cause) {
  int32_t code = PC_OK;
  uint64_t until_us = pc_steady_us() + (uint64_t)pc_request_timeout_ms(request) * 1000u;
  qsort(t->members, t->count, sizeof *t->members, deepest_first);
  for (uint32_t i = 0; i < t->count; i++) {
    member *m = &t->members[i];
    if (m->process == NULL) continue;
    m->row.code = pc_end_process(m->process, pc_request_exit_code(request), &m->row.outcome, cause);
    if (m->row.outcome == PC_OUTCOME_FAILED) set_cause(&m->row, cause), let_go(m);
  }
  for (uint32_t i = 0; i < t->count; i++) {
    member *m = &t->members[i];
    if (m->row.outcome == PC_OUTCOME_PENDING) {
      uint64_t now_us = pc_steady_us();
      uint32_t left_ms = now_us < until_us ? (uint32_t)((until_us - now_us) / 1000u) : 0;
      m->row.code = pc_await_end(m->process, left_ms, &m->row.outcome, &m->row.exit_code);
      m->suspended = false;
    }
    result->acted += m->row.outcome == PC_OUTCOME_TERMINATED;
    if (m->row.outcome == PC_OUTCOME_PENDING || m->row.outcome == PC_OUTCOME_FAILED) code = PC_E_PARTIAL;
  }
  return code;
}

static int32_t begin_tree(tree *t, const pc_process_request *request, pc_process_result *result, pc_cause *cause) {
  t->limit = request->tree_limit != 0 ? request->tree_limit : DEFAULT_LIMIT;
  if (t->limit > MOST_MEMBERS) return PC_E_ARGUMENT;
  t->members = calloc(t->limit, sizeof *t->members);
  if (t->members == NULL) return PC_E_MEMORY;
  HANDLE process;
  int32_t code = pc_open_for_action(request, t->rights, &result->facts, &process, cause);
  if (code != PC_OK) return code;
  t->count = 1;
  t->members[0] = (member){.process = process, .until = UINT64_MAX, .row = {.pid = request->pid, .created = result->facts.created}};
  if (!t->freeze) return PC_OK;
  freeze(&t->members[0], cause);
  return t->members[0].row.code;
}

static void finish_tree(tree *t, pc_process_result *result, pc_tree_member *members, uint32_t capacity, uint32_t *count) {
  *count = t->count < capacity ? t->count : capacity;
  result->members = t->count;
  for (uint32_t i = 0; i < t->count; i++) {
    if (i < *count) members[i] = t->members[i].row;
    if (t->members[i].process != NULL) CloseHandle(t->members[i].process);
  }
  free(t->members);
}

static uint32_t outcome_of_root(const tree *t) {
  for (uint32_t i = 0; i < t->count; i++) {
    if (t->members[i].row.depth == 0) return t->members[i].row.outcome;
  }
  return PC_OUTCOME_NONE;
}

static bool are_arguments(const pc_tree_member *members, uint32_t capacity, const uint32_t *count) {
  return count != NULL && (members != NULL || capacity == 0);
}

int32_t pc_process_terminate_tree(const pc_process_request *request, pc_process_result *result,
                                  pc_tree_member *members, uint32_t capacity, uint32_t *count, pc_cause *cause) {
  if (!are_arguments(members, capacity, count) || !pc_request_begin(request, result, cause)) return PC_E_ARGUMENT;
  uint64_t start_us = pc_steady_us();
  tree t = {.freeze = true, .rights = PROCESS_SUSPEND_RESUME | PROCESS_TERMINATE};
  int32_t code = begin_tree(&t, request, result, cause);
  if (code == PC_OK) code = collect(&t, cause);
  if (code == PC_OK) {
    code = end_all(&t, request, result, cause);
    result->act_ns = (pc_steady_us() - start_us) * 1000u;
  } else {
    thaw(&t);
  }
  result->outcome = outcome_of_root(&t);
  finish_tree(&t, result, members, capacity, count);
  result->total_ns = (pc_steady_us() - start_us) * 1000u;
  return code;
}

int32_t pc_process_tree(const pc_process_request *request, pc_process_result *result, pc_tree_member *members,
                        uint32_t capacity, uint32_t *count, pc_cause *cause) {
  if (!are_arguments(members, capacity, count) || !pc_request_begin(request, result, cause)) return PC_E_ARGUMENT;
  tree t = {.freeze = false};
  int32_t code = begin_tree(&t, request, result, cause);
  if (code == PC_OK) code = collect(&t, cause);
  finish_tree(&t, result, members, capacity, count);
  return code;
}

#include "join.h"

#include "problemchild.h"

#include <stdlib.h>

#define NONE UINT32_MAX

enum { BUCKETS = 1024, REMEMBERED = 256 };

/* What went on alone lately. */
typedef struct lone {
  pc_process_event head; /* only what tells its other half; no origins: there is nothing, or that half has come */
  bool has_line;
  uint64_t left_us;
} lone;

typedef struct slot {
  pc_process_event *event; /* NULL: slot is free */
  uint64_t arrival_us;
  uint64_t order;          /* of arrival */
  uint32_t older, newer;   /* list of all waiting slots by arrival; `newer` chains free slots */
  uint32_t next;           /* in the bucket */
  bool ready;              /* needs no partner any more, waits for an earlier event */
} slot;

struct pc_join {
  pc_join_options options;
  pc_join_sink sink;
  void *context;
  bool both;
  slot *slots;
  uint32_t buckets[BUCKETS];
  uint32_t oldest, newest, free;
  uint32_t waiting, ready;
  uint64_t order;
  uint64_t now_us; /* the latest heard: threads look at their clock before they wait for the lock */
  lone lately[REMEMBERED]; /* circular, the newest before `next_lone` */
  uint32_t next_lone;
  pc_join_counts counts;
};

static uint32_t bucket_of(uint32_t pid) { return (pid >> 2) % BUCKETS; }

pc_join *pc_join_create(const pc_join_options *options, pc_join_sink sink, void *context) {
  pc_join *join = calloc(1, sizeof *join);
  if (join == NULL) return NULL;
  join->slots = calloc(options->capacity, sizeof *join->slots);
  if (join->slots == NULL) {
    free(join);
    return NULL;
  }
  join->options = *options;
  join->sink = sink;
  join->context = context;
  join->oldest = join->newest = NONE;
  for (uint32_t i = 0; i < BUCKETS; i++) join->buckets[i] = NONE;
  for (uint32_t i = 0; i < options->capacity; i++) join->slots[i].newer = i + 1;
  join->slots[options->capacity - 1].newer = NONE;
  join->free = 0;
  return join;
}

void pc_join_free(pc_join *join) {
  if (join == NULL) return;
  for (uint32_t i = 0; i < join->options.capacity; i++) free(join->slots[i].event);
  free(join->slots);
  free(join);
}

static void insert(pc_join *join, pc_process_event *event, uint64_t now_us) {
  uint32_t at = join->free;
  slot *s = &join->slots[at];
  join->free = s->newer;
  uint32_t bucket = bucket_of(event->pid);
  *s = (slot){.event = event, .arrival_us = now_us, .order = join->order++, .older = join->newest,
              .newer = NONE, .next = join->buckets[bucket]};
  join->buckets[bucket] = at;
  if (join->newest != NONE) join->slots[join->newest].newer = at;
  else join->oldest = at;
  join->newest = at;
  join->waiting++;
}

static pc_process_event *take_out(pc_join *join, uint32_t at) {
  slot *s = &join->slots[at];
  pc_process_event *event = s->event;
  uint32_t *link = &join->buckets[bucket_of(event->pid)];
  while (*link != at) link = &join->slots[*link].next;
  *link = s->next;
  if (s->older != NONE) join->slots[s->older].newer = s->newer;
  else join->oldest = s->newer;
  if (s->newer != NONE) join->slots[s->newer].older = s->older;
  else join->newest = s->older;
  if (s->ready) join->ready--;
  s->event = NULL;
  s->ready = false;
  s->newer = join->free;
  join->free = at;
  join->waiting--;
  return event;
}

static void remember(pc_join *join, const pc_process_event *event) {
  bool is_alone = event->origins == PC_ORIGIN_CLASSIC || event->origins == PC_ORIGIN_MANIFEST;
  /* Running processes are listed at any time, and nobody is alerted of one that is told twice. */
  if (!is_alone || event->kind == PC_EVENT_RUNNING) return;
  join->lately[join->next_lone] = (lone){.head = {.kind = event->kind, .origins = event->origins, .has = event->has,
                                                  .stamp = event->stamp, .pid = event->pid, .parent_pid = event->parent_pid},
                                         .has_line = event->command_line.bytes > 0,
                                         .left_us = join->now_us};
  join->next_lone = (join->next_lone + 1) % REMEMBERED;
}

static void give_out(pc_join *join, pc_process_event *event) {
  remember(join, event);
  join->sink(join->context, event);
}

/* The pid whose start must come out first. */
static bool predecessor_of(const pc_process_event *event, uint32_t *pid) {
  if (event->kind == PC_EVENT_END) *pid = event->pid;
  else if (event->kind == PC_EVENT_START && event->parent_pid != event->pid) *pid = event->parent_pid;
  else return false;
  return true;
}

static bool is_held_back(const pc_join *join, const slot *s) {
  uint32_t pid;
  if (!predecessor_of(s->event, &pid)) return false;
  for (uint32_t at = join->buckets[bucket_of(pid)]; at != NONE; at = join->slots[at].next) {
    const slot *other = &join->slots[at];
    if (other->event->pid == pid && other->event->kind == PC_EVENT_START && other->order < s->order) {
      return true;
    }
  }
  return false;
}

/* Lets go what was held back by events that have come out since. Only an earlier event holds one
   back, so one walk in order of arrival finds all of them. */
static void release_ready(pc_join *join) {
  uint32_t at = join->oldest;
  while (at != NONE && join->ready > 0) {
    uint32_t newer = join->slots[at].newer;
    if (join->slots[at].ready && !is_held_back(join, &join->slots[at])) {
      give_out(join, take_out(join, at));
    }
    at = newer;
  }
}

static void let_go(pc_join *join, uint32_t at) {
  slot *s = &join->slots[at];
  if (is_held_back(join, s)) {
    if (!s->ready) join->ready++;
    s->ready = true;
    return;
  }
  pc_process_event *event = take_out(join, at);
  bool frees_others = event->kind == PC_EVENT_START;
  give_out(join, event);
  if (frees_others && join->ready > 0) release_ready(join);
}

static uint64_t distance(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

static bool are_partners(const pc_join *join, const pc_process_event *a, const pc_process_event *b) {
  if (a->pid != b->pid || a->kind != b->kind || (a->origins & b->origins) != 0) return false;
  if ((a->has & b->has & PC_HAS_PARENT) != 0 && a->parent_pid != b->parent_pid) return false;
  /* The two providers list running processes at different times: there the stamps say nothing. */
  return a->kind == PC_EVENT_RUNNING ||
         distance(a->stamp, b->stamp) <= join->options.stamp_tolerance;
}

static uint32_t find_partner(const pc_join *join, const pc_process_event *event) {
  uint32_t best = NONE;
  uint64_t best_distance = UINT64_MAX;
  for (uint32_t at = join->buckets[bucket_of(event->pid)]; at != NONE; at = join->slots[at].next) {
    const slot *s = &join->slots[at];
    if (s->ready || !are_partners(join, s->event, event)) continue;
    uint64_t apart = distance(s->event->stamp, event->stamp);
    if (apart < best_distance) {
      best = at;
      best_distance = apart;
    }
  }
  return best;
}

/* Whether its other half has gone on alone, the nearest by stamp; which is then forgotten. */
static bool is_late(pc_join *join, const pc_process_event *event) {
  lone *best = NULL;
  for (uint32_t i = 1; i <= REMEMBERED; i++) {
    lone *l = &join->lately[(join->next_lone + REMEMBERED - i) % REMEMBERED];
    if (join->now_us - l->left_us > join->options.window_us) break; /* and all before it */
    if (l->head.origins == 0 || !are_partners(join, &l->head, event)) continue;
    if (event->command_line.bytes > 0 && !l->has_line) continue;
    if (best == NULL || distance(l->head.stamp, event->stamp) < distance(best->head.stamp, event->stamp)) best = l;
  }
  if (best != NULL) best->head.origins = 0;
  return best != NULL;
}

pc_join_put_result pc_join_put(pc_join *join, const pc_process_event *event, uint64_t now_us) {
  uint32_t partner = find_partner(join, event);
  if (now_us > join->now_us) join->now_us = now_us;
  if (partner != NONE) {
    slot *s = &join->slots[partner];
    pc_process_event merged = *s->event;
    pc_event_merge(&merged, event);
    pc_process_event *both = pc_event_clone(&merged);
    if (both == NULL) return PC_JOIN_NO_MEMORY;
    free(s->event);
    s->event = both;
    join->counts.joined++;
    let_go(join, partner);
    return PC_JOIN_MERGED;
  }
  if (is_late(join, event)) {
    join->counts.late++;
    return PC_JOIN_MERGED;
  }
  pc_process_event *copy = pc_event_clone(event);
  if (copy == NULL) return PC_JOIN_NO_MEMORY;
  if (join->free == NONE) {
    /* The oldest has nothing before it, so it always leaves. */
    if (!join->slots[join->oldest].ready) join->counts.alone_capacity++;
    let_go(join, join->oldest);
  }
  insert(join, copy, now_us);
  if (!join->both) let_go(join, join->newest);
  return PC_JOIN_WAITS;
}

void pc_join_expire(pc_join *join, uint64_t now_us) {
  if (now_us > join->now_us) join->now_us = now_us;
  while (join->oldest != NONE) {
    const slot *s = &join->slots[join->oldest];
    if (now_us < s->arrival_us || now_us - s->arrival_us < join->options.window_us) return;
    if (!s->ready) join->counts.alone_window++;
    let_go(join, join->oldest);
  }
}

void pc_join_flush(pc_join *join) {
  while (join->oldest != NONE) {
    if (!join->slots[join->oldest].ready) join->counts.alone_window++;
    let_go(join, join->oldest);
  }
}

void pc_join_expect_both(pc_join *join, bool both) {
  join->both = both;
  if (!both) pc_join_flush(join);
}

uint32_t pc_join_waiting(const pc_join *join) { return join->waiting; }

pc_join_counts pc_join_counted(const pc_join *join) { return join->counts; }

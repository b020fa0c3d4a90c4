#include "process_event.h"

#include "problemchild.h"

#include <stdlib.h>
#include <string.h>

enum { SPAN_COUNT = 7 };

static void spans_of(pc_process_event *event, pc_span *spans[SPAN_COUNT]) {
  spans[0] = &event->image_name;
  spans[1] = &event->image_nt_path;
  spans[2] = &event->command_line;
  spans[3] = &event->user_sid;
  spans[4] = &event->label_sid;
  spans[5] = &event->package;
  spans[6] = &event->application_id;
}

pc_process_event *pc_event_clone(const pc_process_event *event) {
  pc_process_event head = *event;
  pc_span *spans[SPAN_COUNT];
  spans_of(&head, spans);
  size_t bytes = sizeof head;
  for (int i = 0; i < SPAN_COUNT; i++) bytes += spans[i]->bytes;
  pc_process_event *clone = malloc(bytes);
  if (clone == NULL) return NULL;
  uint8_t *to = (uint8_t *)(clone + 1);
  for (int i = 0; i < SPAN_COUNT; i++) {
    if (spans[i]->at == NULL) continue;
    memcpy(to, spans[i]->at, spans[i]->bytes);
    spans[i]->at = to;
    to += spans[i]->bytes;
  }
  *clone = head;
  return clone;
}

void pc_event_merge(pc_process_event *event, const pc_process_event *other) {
  uint32_t news = other->has & ~event->has;
  if (news & PC_HAS_PARENT) event->parent_pid = other->parent_pid;
  if (news & PC_HAS_SESSION) event->session_id = other->session_id;
  if (news & PC_HAS_CREATED) event->created = other->created;
  if (news & PC_HAS_SEQUENCE) {
    event->sequence = other->sequence;
    event->parent_sequence = other->parent_sequence;
  }
  if (news & PC_HAS_ELEVATION_TYPE) event->elevation_type = other->elevation_type;
  if (news & PC_HAS_ELEVATED) event->elevated = other->elevated;
  if (news & PC_HAS_EXIT_STATUS) event->exit_status = other->exit_status;
  if (news & PC_HAS_FLAGS) event->flags = other->flags;
  event->has |= news;

  if (event->classic_version == PC_NO_VERSION) event->classic_version = other->classic_version;
  if (event->manifest_version == PC_NO_VERSION) {
    event->manifest_version = other->manifest_version;
    if (other->manifest_version != PC_NO_VERSION) event->stamp = other->stamp;
  }
  event->origins |= other->origins;

  pc_process_event copy = *other;
  pc_span *ours[SPAN_COUNT], *theirs[SPAN_COUNT];
  spans_of(event, ours);
  spans_of(&copy, theirs);
  for (int i = 0; i < SPAN_COUNT; i++) {
    if (ours[i]->bytes == 0 && theirs[i]->at != NULL) *ours[i] = *theirs[i];
  }
}

bool pc_line_is_wanted(const pc_process_event *event) {
  return event->command_line.bytes == 0 || event->command_line.bytes >= 2 * (PC_CLASSIC_LINE_UNITS - 1);
}

pc_line_choice pc_line_choose(pc_span classic, pc_span live) {
  /* The cap counts the terminator on some builds and not on others: both lengths count as cut. */
  bool capped = classic.bytes >= 2 * (PC_CLASSIC_LINE_UNITS - 1);
  if (classic.bytes == 0) {
    if (live.bytes > 0) return (pc_line_choice){live, PC_LINE_PROCESS};
    return (pc_line_choice){classic, PC_LINE_CLASSIC};
  }
  if (!capped) return (pc_line_choice){classic, PC_LINE_CLASSIC};
  if (live.bytes > classic.bytes && memcmp(live.at, classic.at, classic.bytes) == 0) {
    return (pc_line_choice){live, PC_LINE_PROCESS};
  }
  if (live.bytes == classic.bytes && memcmp(live.at, classic.at, classic.bytes) == 0) {
    return (pc_line_choice){classic, PC_LINE_CLASSIC};
  }
  return (pc_line_choice){classic, PC_LINE_CLASSIC_CUT};
}

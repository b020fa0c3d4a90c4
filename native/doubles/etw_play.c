/* From a line of the script to the events that a session delivers. */
#include "etw_sessions.h"
#include "payloads.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { MOST_LINES = 1 << 20, POLL_MS = 5, FLUSH_TIMER_MS = 1000 };

static const GUID process_class = {0x3d6fa8d0, 0xfe05, 0x11d0, {0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c}};

static SRWLOCK lock = SRWLOCK_INIT;
static uint64_t *line_times; /* both sessions give one line the same time */
static uint8_t user_sid[68] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0xe9, 3, 0, 0};
static uint32_t user_sid_bytes = 28;

static uint64_t now(void) {
  FILETIME time;
  GetSystemTimePreciseAsFileTime(&time);
  return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static uint64_t time_of_line(uint32_t line) {
  AcquireSRWLockExclusive(&lock);
  if (line_times == NULL) line_times = calloc(MOST_LINES, sizeof *line_times);
  uint64_t *time = &line_times[line % MOST_LINES];
  if (*time == 0) *time = now();
  uint64_t result = *time;
  ReleaseSRWLockExclusive(&lock);
  return result;
}

static int session_of_word(const char *word) { return strcmp(word, "manifest") == 0 ? MANIFEST : CLASSIC; }
bool is_for_session(const char *word, int which) { return strcmp(word, "both") == 0 || session_of_word(word) == which; }

typedef struct delivery {
  session *to;
  int which;
  uint8_t payload[PAYLOAD_BYTES];
  process_story story;
} delivery;

static void deliver(delivery *d, uint16_t id, uint8_t opcode, uint8_t version, bool wide, uint64_t stamp, uint32_t bytes) {
  EVENT_RECORD record;
  if (d->to->muted) return;
  memset(&record, 0, sizeof record);
  record.EventHeader.ProviderId = d->which == CLASSIC ? process_class : kernel_process;
  record.EventHeader.EventDescriptor.Id = id;
  record.EventHeader.EventDescriptor.Opcode = opcode;
  record.EventHeader.EventDescriptor.Version = version;
  record.EventHeader.Flags = wide ? EVENT_HEADER_FLAG_64_BIT_HEADER : EVENT_HEADER_FLAG_32_BIT_HEADER;
  record.EventHeader.TimeStamp.QuadPart = (LONGLONG)stamp;
  record.UserData = d->payload;
  record.UserDataLength = (USHORT)bytes;
  record.UserContext = d->to->context;
  d->to->callback(&record);
}

enum story_kind { STORY_START = 1, STORY_END = 2, STORY_RUNNING = 3 };

static void deliver_story(delivery *d, enum story_kind kind, uint64_t stamp) {
  if (d->which == CLASSIC) {
    deliver(d, 0, (uint8_t)kind, 4, true, stamp, write_classic(&d->story, d->payload));
  } else if (kind == STORY_END) {
    deliver(d, 2, 2, 2, true, stamp + 50, write_manifest_stop(&d->story, d->payload));
  } else {
    deliver(d, kind == STORY_START ? 1 : 15, 1, kind == STORY_START ? 3 : 1, true, stamp + 50, write_manifest_start(&d->story, d->payload));
  }
}

/* As with the kernel's buffers: nothing is seen before a flush, the timer's or an asked one. */
static void await_flush(const delivery *d) { (void)WaitForSingleObject(d->to->flushed, FLUSH_TIMER_MS); }

/* start|running|end PID PPID CREATED(0 = now) NTPATH LINE EXITSTATUS */
static void play_story(delivery *d, const script *s, enum story_kind kind) {
  uint64_t stamp = time_of_line(s->line);
  process_story *story = &d->story;
  story->pid = (uint32_t)script_number(s, 1, 0);
  story->parent_pid = (uint32_t)script_number(s, 2, 0);
  story->created = script_number(s, 3, 0);
  if (story->created == 0) story->created = stamp - 200;
  script_text(s, 4, story->nt_path, 2048);
  script_text(s, 5, story->line, 32768);
  story->exit_status = (uint32_t)script_number(s, 6, 0);
  await_flush(d);
  deliver_story(d, kind, stamp);
}

/* burst COUNT PER_SECOND FIRST_PID PPID: starts evenly in time; PPID 0 makes each the next one's parent. */
static void play_burst(delivery *d, const script *s) {
  uint64_t begin = time_of_line(s->line);
  uint32_t count = (uint32_t)script_number(s, 1, 1), per_second = (uint32_t)script_number(s, 2, 1000);
  uint32_t first = (uint32_t)script_number(s, 3, 100000), parent = (uint32_t)script_number(s, 4, 4);
  wcscpy(d->story.nt_path, L"\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe");
  d->story.exit_status = 0;
  for (uint32_t i = 0; i < count && !d->to->stop;) {
    await_flush(d);
    for (; i < count; i++) {
      uint64_t stamp = begin + (uint64_t)i * 10000000u / per_second;
      if (stamp > now()) break;
      d->story.pid = first + 4 * i;
      d->story.parent_pid = parent != 0 ? parent : first + 4 * (i - 1);
      d->story.created = stamp - 200;
      swprintf(d->story.line, 64, L"cmd.exe /c echo %u", i);
      deliver_story(d, STORY_START, stamp);
    }
  }
}

/* event classic|manifest ID_OR_OPCODE VERSION 32|64 HEX: any payload as it is. */
static void play_event(delivery *d, const script *s) {
  uint64_t stamp = time_of_line(s->line);
  if (s->word_count < 6 || session_of_word(s->words[1]) != d->which) return;
  uint32_t number = (uint32_t)script_number(s, 2, 0);
  uint32_t bytes = write_hex(s->words[5], d->payload);
  await_flush(d);
  deliver(d, (uint16_t)(d->which == MANIFEST ? number : 0), (uint8_t)(d->which == CLASSIC ? number : 0),
          (uint8_t)script_number(s, 3, 0), script_number(s, 4, 64) == 64, stamp, bytes);
}

static void play_user(const script *s) {
  PSID sid;
  if (s->word_count < 2 || !ConvertStringSidToSidA(s->words[1], &sid)) return;
  user_sid_bytes = GetLengthSid(sid);
  (void)CopySid(sizeof user_sid, user_sid, sid);
  LocalFree(sid);
}

static void play_line(delivery *d, const script *s) {
  const char *which = s->word_count > 1 ? s->words[1] : "both";
  if (script_is(s, "start")) play_story(d, s, STORY_START);
  else if (script_is(s, "end")) play_story(d, s, STORY_END);
  else if (script_is(s, "running")) play_story(d, s, STORY_RUNNING);
  else if (script_is(s, "burst")) play_burst(d, s);
  else if (script_is(s, "event")) play_event(d, s);
  else if (script_is(s, "wait")) Sleep((DWORD)script_number(s, 1, 0));
  else if (script_is(s, "user")) play_user(s);
  else if (script_is(s, "only")) d->to->muted = !is_for_session(which, d->which);
  else if (script_is(s, "lose") && is_for_session(which, d->which)) {
    d->to->events_lost += (ULONG)script_number(s, 2, 0);
    d->to->buffers_lost += (ULONG)script_number(s, 3, 0);
  } else if (script_is(s, "unstoppable") && is_for_session(which, d->which)) {
    d->to->unstoppable = true;
  } else if (script_is(s, "stop") && is_for_session(which, d->which)) {
    d->to->exists = false;
    InterlockedExchange(&d->to->stop, 1);
  }
}

bool play_script(int which) {
  session *s = &sessions[which];
  delivery *d = calloc(1, sizeof *d);
  if (d == NULL) return false;
  d->to = s;
  d->which = which;
  d->story.user_sid = user_sid;
  d->story.user_sid_bytes = user_sid_bytes;
  /* A session that is started again goes on in the script where it was stopped. */
  if (!s->played_once) s->played_once = script_open(&s->play, L"PC_DOUBLE_ETW_SCRIPT");
  while (!s->stop) {
    if (s->played_once && script_next(&s->play)) {
      d->story.user_sid_bytes = user_sid_bytes;
      play_line(d, &s->play);
    } else {
      Sleep(POLL_MS);
    }
  }
  free(d);
  return true;
}

#include "enrichment.h"

#include "../file/file_facts.h"
#include "../process/live.h"
#include "names.h"
#include "paths.h"

#include <string.h>
#include <wchar.h>

_Static_assert((int)PC_ENRICH_LINE_BYTES == (int)PC_LIVE_LINE_BYTES, "one size for the live command line");
_Static_assert(sizeof(wchar_t) == sizeof(uint16_t), "UTF-16");

/* Without the creation time from the kernel: how much earlier than its event a process was made. */
enum { CREATED_BEFORE_EVENT_100NS = 10000000 };

static bool is_the_one(HANDLE process, const pc_process_event *event) {
  uint64_t exited, created = pc_live_created(process, &exited);
  if (created == 0) return false;
  if (event->has & PC_HAS_CREATED) return created == event->created;
  return created <= event->stamp &&
         (event->kind == PC_EVENT_RUNNING || event->stamp - created < CREATED_BEFORE_EVENT_100NS);
}

static HANDLE open_live(const pc_process_event *event) {
  if (event->pid % 4 != 0) return NULL;
  HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, event->pid);
  if (process != NULL && !is_the_one(process, event)) {
    CloseHandle(process);
    return NULL;
  }
  return process;
}

static void set_name(pc_enriched_name *name, uint8_t is, const wchar_t *text) {
  size_t units = is == PC_CAPTURED ? wcsnlen(text, PC_ENRICH_NAME_UNITS) : 0;
  name->is = is == PC_CAPTURED && units == 0 ? PC_ABSENT : is;
  name->units = (uint32_t)units;
  memcpy(name->text, text, units * sizeof *text);
}

static void find_image_name(const pc_process_event *event, pc_enriched_name *name) {
  int units = 0;
  if (event->image_name.bytes > 0) {
    units = MultiByteToWideChar(CP_ACP, 0, (const char *)event->image_name.at, (int)event->image_name.bytes,
                                (wchar_t *)name->text, PC_ENRICH_NAME_UNITS);
  }
  name->units = (uint32_t)units;
  name->is = units > 0 ? PC_CAPTURED : event->image_name.at != NULL ? PC_FAILED : PC_ABSENT;
}

static void find_path(const pc_process_event *event, HANDLE live, pc_enrichment *found) {
  found->path_units = pc_path_from_nt(event->image_nt_path, (wchar_t *)found->path);
  if (found->path_units == 0 && live != NULL) {
    found->path_units = pc_live_image_path(live, (wchar_t *)found->path);
  }
  found->path_is = found->path_units > 0 ? PC_CAPTURED : PC_FAILED;
}

static void find_line(const pc_process_event *event, HANDLE live, pc_enrichment *found) {
  pc_span line = {NULL, 0};
  bool read = live != NULL && pc_line_is_wanted(event) && pc_live_command_line(live, found->live_line, &line);
  found->line = pc_line_choose(event->command_line, line);
  if (found->line.line.bytes > 0) found->line_is = PC_CAPTURED;
  else if (read || event->command_line.at != NULL) found->line_is = PC_ABSENT;
  else found->line_is = PC_FAILED;
}

static void find_token(const pc_process_event *event, HANDLE live, uint8_t otherwise, pc_enrichment *found) {
  pc_token_facts token;
  bool read = live != NULL && pc_live_token(live, &token, &found->groups);
  if (!read) memset(&token, 0, sizeof token);
  found->user_sid_is = found->label_is = found->elevated_is = found->elevation_type_is = found->logon_is =
      found->groups_is = otherwise;
  if (read && found->groups.known) found->groups_is = PC_CAPTURED;
  if (event->user_sid.bytes > 0) {
    found->user_sid = event->user_sid;
    found->user_sid_is = PC_CAPTURED;
  } else if (token.has_user) {
    memcpy(found->sid_room[0], token.user_sid, token.user_sid_bytes);
    found->user_sid = (pc_span){found->sid_room[0], token.user_sid_bytes};
    found->user_sid_is = PC_CAPTURED;
  }
  if (event->label_sid.bytes > 0) {
    found->label_sid = event->label_sid;
    found->label_is = PC_CAPTURED;
  } else if (token.has_label) {
    memcpy(found->sid_room[1], token.label_sid, token.label_sid_bytes);
    found->label_sid = (pc_span){found->sid_room[1], token.label_sid_bytes};
    found->label_is = PC_CAPTURED;
  }
  if (event->has & PC_HAS_ELEVATED || token.has_elevated) {
    found->elevated = event->has & PC_HAS_ELEVATED ? event->elevated != 0 : token.elevated;
    found->elevated_is = PC_CAPTURED;
  }
  if (event->has & PC_HAS_ELEVATION_TYPE || token.has_elevation_type) {
    found->elevation_type = event->has & PC_HAS_ELEVATION_TYPE ? event->elevation_type : token.elevation_type;
    found->elevation_type_is = PC_CAPTURED;
  }
  if (token.has_logon) {
    found->logon_id = token.logon_id;
    found->logon_is = PC_CAPTURED;
  }
}

static void find_account(const pc_enrich_options *options, pc_enrichment *found) {
  pc_account account = {.name = L"", .domain = L""};
  uint8_t is = PC_SKIPPED;
  if (found->user_sid_is != PC_CAPTURED) is = found->user_sid_is;
  else if (options->flags & PC_ETW_USER_NAME) is = pc_account_of(found->user_sid, options->behind, &account);
  set_name(&found->user_name, is, account.name);
  set_name(&found->user_domain, is, account.domain);
}

static void set_file_facts(const pc_file_answer *answer, pc_enrichment *found) {
  const pc_file_facts *facts = &answer->facts;
  uint8_t version_is = (uint8_t)facts->version_is;
  found->sha256_is = (uint8_t)facts->sha256_is;
  memcpy(found->sha256, facts->sha256, sizeof found->sha256);
  set_name(&found->original_name, version_is, (const wchar_t *)facts->original_name);
  set_name(&found->company, version_is, (const wchar_t *)facts->company);
  set_name(&found->description, version_is, (const wchar_t *)facts->description);
  set_name(&found->product, version_is, (const wchar_t *)facts->product);
  set_name(&found->file_version, version_is, (const wchar_t *)facts->file_version);
  found->signature = facts->signature;
  found->signature_is = (uint8_t)answer->signature_is;
  set_name(&found->signer, found->signature_is, (const wchar_t *)facts->signer);
}

/* Where to open the image, which may be on a volume that has no drive letter; 0 when nobody knows. */
static size_t choose_path(const pc_process_event *event, const pc_enrichment *found, wchar_t path[PC_ENRICH_PATH_UNITS]) {
  bool has_path = found->path_is == PC_CAPTURED;
  size_t units = has_path ? found->path_units : event->image_nt_path.bytes / sizeof *path;
  if (units == 0 || units >= PC_ENRICH_PATH_UNITS) return 0;
  memcpy(path, has_path ? (const void *)found->path : event->image_nt_path.at, units * sizeof *path);
  path[units] = 0;
  return units;
}

static void find_file(const pc_process_event *event, const pc_enrich_options *options, pc_enrichment *found) {
  static const wchar_t root[] = L"\\\\?\\GLOBALROOT";
  enum { ROOT_UNITS = sizeof root / sizeof *root - 1 };
  wchar_t path[ROOT_UNITS + PC_ENRICH_PATH_UNITS];
  memcpy(path, root, sizeof root);
  wchar_t *own = path + ROOT_UNITS;
  size_t units = choose_path(event, found, own);
  pc_file_question question = {.path = own[0] == L'\\' ? path : own, .cached_only = options->behind, .max_bytes = options->max_bytes};
  if (options->flags & PC_ETW_FILE_HASH) question.parts |= PC_PART_HASH;
  if (options->flags & PC_ETW_FILE_VERSION) question.parts |= PC_PART_VERSION;
  if (options->flags & PC_ETW_FILE_SIGNATURE) question.parts |= PC_PART_SIGNATURE;
  if (question.parts == 0) return;

  /* A file on another machine is not read: a slow share must not hold up the events behind it, nor somebody's server
     be shown who asks. Nor is a name without a folder, which would be looked for in the agent's. */
  if (units > 0 && !pc_path_is_on_disk(own, units)) return;

  pc_file_answer answer = {.signature_is = PC_FAILED};
  answer.facts.sha256_is = answer.facts.version_is = PC_FAILED;
  found->file_asked = true;
  if (units > 0) (void)pc_file_ask(&question, &answer);
  found->file_cached = answer.cached;
  set_file_facts(&answer, found);
}

static void skip_file(pc_enrichment *found) {
  pc_enriched_name *names[] = {&found->original_name, &found->company,      &found->description,
                               &found->product,       &found->file_version, &found->signer};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) names[i]->is = PC_SKIPPED;
  found->sha256_is = found->signature_is = PC_SKIPPED;
  found->file_asked = found->file_cached = false;
}

void pc_enrich(const pc_process_event *event, const pc_enrich_options *options, pc_enrichment *found) {
  /* Everything but the large buffers, whose used part their functions write. */
  found->user_sid = found->label_sid = (pc_span){NULL, 0};
  found->elevated = found->elevation_type = found->signature = 0;
  bool ask_live = options->flags & PC_ETW_LIVE && (!options->behind || pc_line_is_wanted(event));
  HANDLE live = ask_live ? open_live(event) : NULL;
  found->opened = live != NULL;

  find_image_name(event, &found->image_name);
  find_path(event, live, found);
  find_line(event, live, found);
  find_token(event, live, ask_live ? PC_FAILED : PC_SKIPPED, found);
  if (live != NULL) CloseHandle(live);
  find_account(options, found);
  skip_file(found);
  if (event->kind == PC_EVENT_START) find_file(event, options, found);
}

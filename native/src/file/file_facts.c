#include "file_facts.h"

#include "../base/cause.h"
#include "../base/system.h"
#include "../stream/sync.h"

#include <stdlib.h>
#include <string.h>
#include <winioctl.h>

enum { LONGEST_NAME = 32768 };

static pc_file_cache cache;
static pc_lock lock = SRWLOCK_INIT;

static uint64_t update_number_of(HANDLE file) {
  union {
    USN_RECORD v2;
    uint8_t room[1024];
  } record;
  DWORD got = 0;
  bool read = DeviceIoControl(file, FSCTL_READ_FILE_USN_DATA, NULL, 0, &record, sizeof record, &got, NULL) != 0;
  return read && got >= sizeof record.v2 && record.v2.MajorVersion == 2 ? (uint64_t)record.v2.Usn : 0;
}

static bool identify(HANDLE file, pc_file_identity *of) {
  BY_HANDLE_FILE_INFORMATION info;
  FILE_BASIC_INFO times;
  if (!GetFileInformationByHandle(file, &info)) return false;
  memset(of, 0, sizeof *of);
  of->volume = info.dwVolumeSerialNumber;
  of->index = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
  of->bytes = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow;
  of->written = (uint64_t)info.ftLastWriteTime.dwHighDateTime << 32 | info.ftLastWriteTime.dwLowDateTime;
  if (GetFileInformationByHandleEx(file, FileBasicInfo, &times, sizeof times)) {
    of->changed = (uint64_t)times.ChangeTime.QuadPart;
  }
  of->update = update_number_of(file);
  return true;
}

static void look_up(const pc_file_identity *of, pc_known_file *found) {
  pc_lock_enter(&lock);
  (void)pc_file_cache_find(&cache, of, pc_steady_us(), found);
  pc_lock_leave(&lock);
}

static void remember(const pc_known_file *news) {
  pc_lock_enter(&lock);
  pc_file_cache_keep(&cache, news);
  pc_lock_leave(&lock);
}

static void find_out(const pc_file_question *question, HANDLE file, uint32_t parts, pc_known_file *about) {
  pc_file_facts *facts = &about->facts;
  bool too_large = question->max_bytes != 0 && facts->file_bytes > question->max_bytes;
  if (parts & PC_PART_HASH && !too_large) {
    facts->sha256_is = pc_hash_file(file, facts->sha256) ? PC_CAPTURED : PC_FAILED;
    /* What could not be read now, because a part of the file is locked or memory is short, may be read the next time. */
    if (facts->sha256_is == PC_CAPTURED) about->parts |= PC_PART_HASH;
  }
  if (parts & PC_PART_VERSION) {
    facts->version_is = pc_version_of(question->path, facts);
    about->version_us = pc_steady_us();
    about->parts |= PC_PART_VERSION;
  }
  if (parts & PC_PART_SIGNATURE && !too_large) {
    about->signature_is = pc_signature_of(question->path, file, facts);
    about->signature_us = pc_steady_us();
    about->parts |= PC_PART_SIGNATURE;
  }
}

static void answer_from(const pc_known_file *about, uint32_t asked, pc_file_answer *answer) {
  answer->facts = about->facts;
  answer->signature_is = about->signature_is;
  uint32_t missing = ~about->parts;
  if (about->facts.sha256_is == PC_FAILED) missing &= ~(uint32_t)PC_PART_HASH; /* tried, and nothing to be kept */
  missing |= ~asked;
  if (missing & PC_PART_HASH) answer->facts.sha256_is = PC_SKIPPED;
  if (missing & PC_PART_VERSION) answer->facts.version_is = PC_SKIPPED;
  if (missing & PC_PART_SIGNATURE) answer->signature_is = PC_SKIPPED;
}

static void answer_open(const pc_file_question *question, HANDLE file, const pc_file_identity *of,
                        pc_file_answer *answer) {
  pc_known_file about = {.of = *of};
  about.facts.size = sizeof about.facts;
  about.facts.file_bytes = of->bytes;
  look_up(of, &about);
  uint32_t missing = question->parts & ~about.parts;
  answer->cached = missing == 0;
  if (missing != 0 && !question->cached_only) {
    find_out(question, file, missing, &about);
    if (about.parts != 0) remember(&about);
  }
  answer_from(&about, question->parts, answer);
}

/* Behind `C:`, `\\?\C:`, `\\?\Volume{…}` or `\\?\GLOBALROOT\Device\HarddiskVolume…`. */
static const wchar_t *behind_volume(const wchar_t *path) {
  static const wchar_t devices[] = L"GLOBALROOT\\Device\\";
  enum { DEVICES_UNITS = sizeof devices / sizeof *devices - 1 };
  if (wcsncmp(path, L"\\\\?\\", 4) == 0) path += 4;
  if (_wcsnicmp(path, devices, DEVICES_UNITS) == 0) path += DEVICES_UNITS;
  const wchar_t *slash = wcschr(path, L'\\');
  return slash != NULL ? slash : path;
}

/* Whether it was opened under the name that was asked for. Paths of images name where they lie; a link that somebody put on
   the way since leads to another file, and perhaps to another machine's. The flag that opens links themselves would
   also open what compressed and deduplicated files are inside, so the name of what was opened is compared. */
static bool is_file_at(HANDLE file, const wchar_t *path) {
  wchar_t *name = malloc(LONGEST_NAME * sizeof *name);
  if (name == NULL) return false;
  DWORD units = GetFinalPathNameByHandleW(file, name, LONGEST_NAME, FILE_NAME_OPENED | VOLUME_NAME_NONE);
  bool same_name = units > 0 && units < LONGEST_NAME &&
                   CompareStringOrdinal(name, (int)units, behind_volume(path), -1, TRUE) == CSTR_EQUAL;
  free(name);
  return same_name;
}

bool pc_file_ask(const pc_file_question *question, pc_file_answer *answer) {
  memset(answer, 0, sizeof *answer);
  answer->facts.size = sizeof answer->facts;
  answer->facts.sha256_is = answer->facts.version_is = answer->signature_is = PC_FAILED;
  HANDLE file = pc_open_to_read(question->path);
  if (file == INVALID_HANDLE_VALUE) return false;
  pc_file_identity of;
  bool known = is_file_at(file, question->path);
  if (!known) SetLastError(ERROR_CANT_RESOLVE_FILENAME);
  else known = identify(file, &of);
  DWORD error = GetLastError();
  if (known) answer_open(question, file, &of, answer);
  CloseHandle(file);
  SetLastError(error);
  return known;
}

int32_t pc_file_query(const uint16_t *path, uint32_t path_units, pc_file_facts *facts, pc_cause *cause) {
  pc_cause_clear(cause);
  wchar_t *wide = pc_wide_copy(path, path_units);
  if (wide == NULL || facts == NULL || facts->size < sizeof *facts) {
    free(wide);
    return PC_E_ARGUMENT;
  }
  pc_file_question question = {.path = wide, .parts = PC_PART_HASH | PC_PART_VERSION | PC_PART_SIGNATURE};
  pc_file_answer answer;
  int32_t code = PC_OK;
  if (!pc_file_ask(&question, &answer)) code = pc_fail_last(cause, "CreateFileW");
  *facts = answer.facts;
  free(wide);
  return code;
}

#include "live.h"

#include "../base/system.h"

#include <string.h>

enum { IMAGE_FILE_NAME = 27, COMMAND_LINE_INFORMATION = 60, SID_MOST_BYTES = 68 };

/* Layout of UNICODE_STRING, which both classes put in front of the text it points to. */
typedef struct unicode_string {
  USHORT bytes, capacity;
  PWSTR text;
} unicode_string;

typedef LONG(NTAPI *query_process)(HANDLE, ULONG, PVOID, ULONG, PULONG);

static bool read_text(HANDLE process, ULONG what, uint8_t *buffer, pc_span *read) {
  FARPROC function = pc_ntdll("NtQueryInformationProcess");
  query_process query;
  if (function == NULL) return false;
  memcpy(&query, &function, sizeof query);
  ULONG got = 0;
  if (query(process, what, buffer, PC_LIVE_LINE_BYTES, &got) < 0) return false;
  unicode_string head;
  memcpy(&head, buffer, sizeof head);
  const uint8_t *text = (const uint8_t *)head.text;
  /* Inside what was written, or it is not believed. */
  if (text < buffer + sizeof head || text > buffer + PC_LIVE_LINE_BYTES ||
      head.bytes > (size_t)(buffer + PC_LIVE_LINE_BYTES - text)) {
    return false;
  }
  *read = (pc_span){text, head.bytes & ~1u};
  return true;
}

bool pc_live_command_line(HANDLE process, uint8_t *buffer, pc_span *line) {
  return read_text(process, COMMAND_LINE_INFORMATION, buffer, line);
}

bool pc_live_start_path(HANDLE process, uint8_t *buffer, pc_span *path) {
  return read_text(process, IMAGE_FILE_NAME, buffer, path);
}

uint32_t pc_live_image_path(HANDLE process, wchar_t path[PC_LIVE_PATH_UNITS]) {
  DWORD units = PC_LIVE_PATH_UNITS;
  return QueryFullProcessImageNameW(process, 0, path, &units) ? units : 0;
}

static bool copy_sid(PSID sid, uint8_t to[SID_MOST_BYTES], uint32_t *bytes) {
  if (sid == NULL || !IsValidSid(sid)) return false;
  *bytes = GetLengthSid(sid);
  return CopySid(SID_MOST_BYTES, to, sid) != 0;
}

typedef union token_buffer {
  TOKEN_USER user;
  TOKEN_MANDATORY_LABEL label;
  uint8_t room[256];
} token_buffer;

/* Room for the 1,024 groups that Windows allows a token, with SIDs of a domain. */
enum { TOKEN_GROUPS_BYTES = 48 * 1024 };

static bool counts(DWORD attributes) {
  DWORD wanted = attributes & (SE_GROUP_ENABLED | SE_GROUP_INTEGRITY);
  return wanted == SE_GROUP_ENABLED && (attributes & SE_GROUP_LOGON_ID) != SE_GROUP_LOGON_ID;
}

static void read_groups(HANDLE token, pc_token_groups *groups) {
  union {
    TOKEN_GROUPS list;
    uint8_t room[TOKEN_GROUPS_BYTES];
  } buffer;
  DWORD got;
  if (!GetTokenInformation(token, TokenGroups, &buffer, sizeof buffer, &got)) return;
  groups->known = true;
  for (DWORD i = 0; i < buffer.list.GroupCount; i++) {
    const SID_AND_ATTRIBUTES *group = &buffer.list.Groups[i];
    if (!counts(group->Attributes) || !IsValidSid(group->Sid)) continue;
    DWORD bytes = GetLengthSid(group->Sid);
    groups->count++;
    if (bytes > PC_GROUPS_BYTES - groups->bytes) continue;
    memcpy(groups->sids + groups->bytes, group->Sid, bytes);
    groups->bytes += bytes;
  }
}

bool pc_live_token(HANDLE process, pc_token_facts *facts, pc_token_groups *groups) {
  memset(facts, 0, sizeof *facts);
  if (groups != NULL) groups->known = false, groups->count = groups->bytes = 0;
  HANDLE token;
  if (!OpenProcessToken(process, TOKEN_QUERY, &token)) return false;
  token_buffer buffer;
  DWORD got;
  if (GetTokenInformation(token, TokenUser, &buffer, sizeof buffer, &got)) {
    facts->has_user = copy_sid(buffer.user.User.Sid, facts->user_sid, &facts->user_sid_bytes);
  }
  if (GetTokenInformation(token, TokenIntegrityLevel, &buffer, sizeof buffer, &got)) {
    PSID label = buffer.label.Label.Sid;
    facts->has_label = copy_sid(label, facts->label_sid, &facts->label_sid_bytes) && *GetSidSubAuthorityCount(label) > 0;
    if (facts->has_label) facts->integrity = *GetSidSubAuthority(label, *GetSidSubAuthorityCount(label) - 1u);
  }
  TOKEN_ELEVATION elevation;
  if (GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &got)) {
    facts->has_elevated = true;
    facts->elevated = elevation.TokenIsElevated != 0;
  }
  TOKEN_ELEVATION_TYPE type;
  if (GetTokenInformation(token, TokenElevationType, &type, sizeof type, &got)) {
    facts->has_elevation_type = true;
    facts->elevation_type = (uint32_t)type;
  }
  TOKEN_STATISTICS statistics;
  if (GetTokenInformation(token, TokenStatistics, &statistics, sizeof statistics, &got)) {
    facts->has_logon = true;
    facts->logon_id = (uint64_t)(uint32_t)statistics.AuthenticationId.HighPart << 32 |
                      statistics.AuthenticationId.LowPart;
  }
  if (groups != NULL) read_groups(token, groups);
  CloseHandle(token);
  return true;
}

static uint64_t filetime_of(FILETIME time) { return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime; }

uint64_t pc_live_created(HANDLE process, uint64_t *exited) {
  FILETIME created, ended, kernel, user;
  *exited = 0;
  if (!GetProcessTimes(process, &created, &ended, &kernel, &user)) return 0;
  *exited = filetime_of(ended);
  return filetime_of(created);
}

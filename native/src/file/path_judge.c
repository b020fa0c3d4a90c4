/* Who may change a file or folder. */
#include "path_judge.h"
#include "../base/cause.h"
#include "../decode/text.h"

#include <aclapi.h>
#include <string.h>

enum {
  CHANGES = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES | FILE_DELETE_CHILD |
            DELETE | WRITE_DAC | WRITE_OWNER
};

/* S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464 */
static bool is_trusted_installer(PSID sid) {
  static const DWORD parts[] = {80, 956008885u, 3418522649u, 1831038044u, 1853292631u, 2271478464u};
  static const SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
  enum { COUNT = sizeof parts / sizeof *parts };
  if (memcmp(GetSidIdentifierAuthority(sid), &nt, sizeof nt) != 0 || *GetSidSubAuthorityCount(sid) != COUNT) return false;
  for (DWORD i = 0; i < COUNT; i++) {
    if (*GetSidSubAuthority(sid, i) != parts[i]) return false;
  }
  return true;
}

/* Creator Owner stands for whoever owns a new child: an owner's ACE is checked there, not here. */
bool pc_is_trusted(PSID sid) {
  return IsWellKnownSid(sid, WinLocalSystemSid) || IsWellKnownSid(sid, WinBuiltinAdministratorsSid) ||
         IsWellKnownSid(sid, WinCreatorOwnerSid) || is_trusted_installer(sid);
}

static void blame(pc_path_report *report, uint32_t problem, PSID sid, DWORD rights) {
  report->problems |= problem;
  if (report->offender_sid[0] != 0) return;
  report->rights = rights;
  (void)pc_sid_to_text((pc_span){(const uint8_t *)sid, GetLengthSid(sid)}, report->offender_sid);
}

static DWORD specific(DWORD mask) {
  GENERIC_MAPPING mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};
  MapGenericMask(&mask, &mapping);
  return mask;
}

/* The SID that an ACE grants rights to; NULL for one that grants none. */
static PSID grantee(const ACCESS_ALLOWED_ACE *ace) {
  const ACCESS_ALLOWED_OBJECT_ACE *object = (const ACCESS_ALLOWED_OBJECT_ACE *)ace;
  const uint8_t *at = (const uint8_t *)&ace->SidStart;
  switch (ace->Header.AceType) {
    case ACCESS_ALLOWED_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_ACE_TYPE: break;
    /* Meant for directory objects, but anybody who may write an access list can put one here. */
    case ACCESS_ALLOWED_OBJECT_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE:
      at = (const uint8_t *)&object->ObjectType;
      if (object->Flags & ACE_OBJECT_TYPE_PRESENT) at += sizeof(GUID);
      if (object->Flags & ACE_INHERITED_OBJECT_TYPE_PRESENT) at += sizeof(GUID);
      break;
    default: return NULL;
  }
  return (PSID)(uintptr_t)at;
}

bool pc_is_own(PSID sid) {
  union {
    TOKEN_USER user;
    uint8_t bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  } info;
  HANDLE token;
  DWORD length;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return false;
  bool own = GetTokenInformation(token, TokenUser, &info, sizeof info, &length) && EqualSid(info.user.User.Sid, sid);
  CloseHandle(token);
  return own;
}

static bool is_ours(PSID sid, bool trust_own) { return pc_is_trusted(sid) || (trust_own && pc_is_own(sid)); }

/* Deny ACEs are not weighed: they only take away. */
static int32_t judge_dacl(PACL dacl, bool trust_own, pc_path_report *report, pc_cause *cause) {
  for (DWORD i = 0; i < dacl->AceCount; i++) {
    ACCESS_ALLOWED_ACE *ace;
    if (!GetAce(dacl, i, (LPVOID *)&ace)) return pc_fail_last(cause, "GetAce");
    PSID sid = grantee(ace);
    if (sid == NULL) continue;
    /* A grant that only children inherit counts as well: they are ours to protect. */
    DWORD rights = specific(ace->Mask);
    if ((rights & CHANGES) != 0 && !is_ours(sid, trust_own)) blame(report, PC_PATH_WRITABLE, sid, rights);
  }
  return PC_OK;
}

static int32_t judge(HANDLE file, bool trust_own, pc_path_report *report, pc_cause *cause) {
  PSID owner = NULL;
  PACL dacl = NULL;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  BY_HANDLE_FILE_INFORMATION info;
  int32_t code = PC_OK;
  if (!GetFileInformationByHandle(file, &info)) return pc_fail_last(cause, "GetFileInformationByHandle");
  if ((info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) report->problems |= PC_PATH_LINK;
  DWORD error = GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                                NULL, &dacl, NULL, &descriptor);
  if (error != ERROR_SUCCESS) return pc_fail_win32(cause, "GetSecurityInfo", error);
  if (owner == NULL) report->problems |= PC_PATH_OWNER;
  else if (!is_ours(owner, trust_own)) blame(report, PC_PATH_OWNER, owner, WRITE_DAC | WRITE_OWNER);
  if (dacl == NULL) report->problems |= PC_PATH_NO_DACL;
  else code = judge_dacl(dacl, trust_own, report, cause);
  LocalFree(descriptor);
  return code;
}

HANDLE pc_open_itself(const wchar_t *path, DWORD access) {
  return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                     FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
}

int32_t pc_path_judge(const wchar_t *path, bool trust_own, pc_path_report *report, pc_cause *cause) {
  *report = (pc_path_report){.size = sizeof *report};
  HANDLE file = pc_open_itself(path, READ_CONTROL | FILE_READ_ATTRIBUTES);
  if (file == INVALID_HANDLE_VALUE) return pc_fail_last(cause, "CreateFileW");
  int32_t code = judge(file, trust_own, report, cause);
  CloseHandle(file);
  return code;
}

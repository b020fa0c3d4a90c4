/* Who may change a file or folder, and folders that only SYSTEM and Administrators may. */
#include "../base/cause.h"
#include "../base/system.h"
#include "../decode/text.h"
#include "problemchild.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>

/* Protected DACL: full control for SYSTEM and Administrators, inherited; owner Administrators. */
static const wchar_t secure_descriptor[] = L"O:BAG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

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
static bool is_trusted(PSID sid) {
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

/* Deny ACEs are not weighed: they only take away. */
static int32_t judge_dacl(PACL dacl, pc_path_report *report, pc_cause *cause) {
  for (DWORD i = 0; i < dacl->AceCount; i++) {
    ACCESS_ALLOWED_ACE *ace;
    if (!GetAce(dacl, i, (LPVOID *)&ace)) return pc_fail_last(cause, "GetAce");
    PSID sid = grantee(ace);
    if (sid == NULL) continue;
    /* A grant that only children inherit counts as well: they are ours to protect. */
    DWORD rights = specific(ace->Mask);
    if ((rights & CHANGES) != 0 && !is_trusted(sid)) blame(report, PC_PATH_WRITABLE, sid, rights);
  }
  return PC_OK;
}

static int32_t judge(HANDLE file, pc_path_report *report, pc_cause *cause) {
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
  else if (!is_trusted(owner)) blame(report, PC_PATH_OWNER, owner, WRITE_DAC | WRITE_OWNER);
  if (dacl == NULL) report->problems |= PC_PATH_NO_DACL;
  else code = judge_dacl(dacl, report, cause);
  LocalFree(descriptor);
  return code;
}

/* The thing itself, not what a link points to. */
static HANDLE open_path(const wchar_t *path, DWORD access) {
  return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                     FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
}

int32_t pc_path_is_secure(const uint16_t *path, uint32_t path_units, pc_path_report *report, pc_cause *cause) {
  pc_cause_clear(cause);
  if (report == NULL || report->size < sizeof *report) return PC_E_ARGUMENT;
  wchar_t *wide = pc_wide_copy(path, path_units);
  if (wide == NULL) return PC_E_ARGUMENT;
  *report = (pc_path_report){.size = sizeof *report};
  HANDLE file = open_path(wide, READ_CONTROL | FILE_READ_ATTRIBUTES);
  free(wide);
  if (file == INVALID_HANDLE_VALUE) return pc_fail_last(cause, "CreateFileW");
  int32_t code = judge(file, report, cause);
  CloseHandle(file);
  return code;
}

/* Whoever runs this, who may have made the folder before handing it to the agent. */
static bool is_own(PSID sid) {
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

/* A folder of somebody else's stays theirs whatever rights it is given: its owner may hold it open with the right to
   change them again, and what is in it already has owners of its own. */
static int32_t refuse_foreign(HANDLE folder, pc_cause *cause) {
  PSID owner = NULL;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  DWORD error = GetSecurityInfo(folder, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL, &descriptor);
  if (error != ERROR_SUCCESS) return pc_fail_win32(cause, "GetSecurityInfo", error);
  bool ours = owner != NULL && (is_trusted(owner) || is_own(owner));
  LocalFree(descriptor);
  return ours ? PC_OK : pc_fail_win32(cause, "GetSecurityInfo", ERROR_INVALID_OWNER);
}

static int32_t set_rights(HANDLE folder, PSECURITY_DESCRIPTOR descriptor, pc_cause *cause) {
  PSID owner = NULL;
  PACL dacl = NULL;
  BOOL present, defaulted;
  if (!GetSecurityDescriptorOwner(descriptor, &owner, &defaulted) ||
      !GetSecurityDescriptorDacl(descriptor, &present, &dacl, &defaulted)) {
    return pc_fail_last(cause, "GetSecurityDescriptorDacl");
  }
  DWORD error = SetSecurityInfo(folder, SE_FILE_OBJECT,
                                OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                                owner, NULL, dacl, NULL);
  return error == ERROR_SUCCESS ? PC_OK : pc_fail_win32(cause, "SetSecurityInfo", error);
}

static int32_t secure_existing(const wchar_t *path, PSECURITY_DESCRIPTOR descriptor, pc_cause *cause) {
  BY_HANDLE_FILE_INFORMATION info;
  HANDLE folder = open_path(path, READ_CONTROL | WRITE_DAC | WRITE_OWNER | FILE_READ_ATTRIBUTES);
  if (folder == INVALID_HANDLE_VALUE) return pc_fail_last(cause, "CreateFileW");
  int32_t code = PC_OK;
  if (!GetFileInformationByHandle(folder, &info)) {
    code = pc_fail_last(cause, "GetFileInformationByHandle");
  } else if ((info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
             (info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    code = pc_fail_win32(cause, "CreateFileW", ERROR_ACCESS_DENIED);
  }
  if (code == PC_OK) code = refuse_foreign(folder, cause);
  if (code == PC_OK) code = set_rights(folder, descriptor, cause);
  CloseHandle(folder);
  return code;
}

int32_t pc_secure_directory_create(const uint16_t *path, uint32_t path_units, pc_cause *cause) {
  pc_cause_clear(cause);
  wchar_t *wide = pc_wide_copy(path, path_units);
  if (wide == NULL) return PC_E_ARGUMENT;
  int32_t code = PC_OK;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(secure_descriptor, SDDL_REVISION_1, &descriptor, NULL)) {
    free(wide);
    return pc_fail_last(cause, "ConvertStringSecurityDescriptorToSecurityDescriptorW");
  }
  SECURITY_ATTRIBUTES attributes = {sizeof attributes, descriptor, FALSE};
  if (!CreateDirectoryW(wide, &attributes)) {
    code = GetLastError() == ERROR_ALREADY_EXISTS ? secure_existing(wide, descriptor, cause)
                                                  : pc_fail_last(cause, "CreateDirectoryW");
  }
  LocalFree(descriptor);
  free(wide);
  return code;
}

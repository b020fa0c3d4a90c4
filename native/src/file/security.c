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

/* Deny ACEs are not weighed: they only take away. */
static void judge_dacl(PACL dacl, pc_path_report *report) {
  for (DWORD i = 0; i < dacl->AceCount; i++) {
    ACCESS_ALLOWED_ACE *ace;
    if (!GetAce(dacl, i, (LPVOID *)&ace)) continue;
    BYTE type = ace->Header.AceType;
    if (type != ACCESS_ALLOWED_ACE_TYPE && type != ACCESS_ALLOWED_CALLBACK_ACE_TYPE) continue;
    /* A grant that only children inherit counts as well: they are ours to protect. */
    DWORD rights = specific(ace->Mask);
    PSID sid = (PSID)&ace->SidStart;
    if ((rights & CHANGES) != 0 && !is_trusted(sid)) blame(report, PC_PATH_WRITABLE, sid, rights);
  }
}

static int32_t judge(HANDLE file, pc_path_report *report, pc_cause *cause) {
  PSID owner = NULL;
  PACL dacl = NULL;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  BY_HANDLE_FILE_INFORMATION info;
  if (GetFileInformationByHandle(file, &info) && info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) {
    report->problems |= PC_PATH_LINK;
  }
  DWORD error = GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                                NULL, &dacl, NULL, &descriptor);
  if (error != ERROR_SUCCESS) return pc_fail_win32(cause, "GetSecurityInfo", error);
  if (owner != NULL && !is_trusted(owner)) blame(report, PC_PATH_OWNER, owner, WRITE_DAC | WRITE_OWNER);
  if (dacl == NULL) report->problems |= PC_PATH_NO_DACL;
  else judge_dacl(dacl, report);
  LocalFree(descriptor);
  return PC_OK;
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

static int32_t secure_existing(const wchar_t *path, PSECURITY_DESCRIPTOR descriptor, pc_cause *cause) {
  BY_HANDLE_FILE_INFORMATION info;
  HANDLE folder = open_path(path, READ_CONTROL | WRITE_DAC | WRITE_OWNER | FILE_READ_ATTRIBUTES);
  if (folder == INVALID_HANDLE_VALUE) return pc_fail_last(cause, "CreateFileW");
  PSID owner = NULL;
  PACL dacl = NULL;
  BOOL present, defaulted;
  int32_t code = PC_OK;
  if (!GetFileInformationByHandle(folder, &info)) {
    code = pc_fail_last(cause, "GetFileInformationByHandle");
  } else if ((info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
             (info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    code = pc_fail_win32(cause, "CreateFileW", ERROR_ACCESS_DENIED);
  } else if (!GetSecurityDescriptorOwner(descriptor, &owner, &defaulted) ||
             !GetSecurityDescriptorDacl(descriptor, &present, &dacl, &defaulted)) {
    code = pc_fail_last(cause, "GetSecurityDescriptorDacl");
  } else {
    DWORD error = SetSecurityInfo(folder, SE_FILE_OBJECT,
                                  OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                                      PROTECTED_DACL_SECURITY_INFORMATION,
                                  owner, NULL, dacl, NULL);
    if (error != ERROR_SUCCESS) code = pc_fail_win32(cause, "SetSecurityInfo", error);
  }
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

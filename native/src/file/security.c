/* Asking who may change a file or folder, and folders that only SYSTEM and Administrators may. */
#include "../base/cause.h"
#include "../base/system.h"
#include "path_judge.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdlib.h>

/* Protected DACL: full control for SYSTEM and Administrators, inherited; owner Administrators. */
static const wchar_t secure_descriptor[] = L"O:BAG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

int32_t pc_path_is_secure(const uint16_t *path, uint32_t path_units, pc_path_report *report, pc_cause *cause) {
  pc_cause_clear(cause);
  if (report == NULL || report->size < sizeof *report) return PC_E_ARGUMENT;
  wchar_t *wide = pc_wide_copy(path, path_units);
  if (wide == NULL) return PC_E_ARGUMENT;
  int32_t code = pc_path_judge(wide, false, report, cause);
  free(wide);
  return code;
}

/* Whoever runs this may have made the folder before handing it to the agent. One of somebody else's stays theirs whatever
   rights it is given: its owner may hold it open with the right to change them again, and what is in it already has owners
   of its own. */
static int32_t refuse_foreign(HANDLE folder, pc_cause *cause) {
  PSID owner = NULL;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  DWORD error = GetSecurityInfo(folder, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL, &descriptor);
  if (error != ERROR_SUCCESS) return pc_fail_win32(cause, "GetSecurityInfo", error);
  bool ours = owner != NULL && (pc_is_trusted(owner) || pc_is_own(owner));
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
  HANDLE folder = pc_open_itself(path, READ_CONTROL | WRITE_DAC | WRITE_OWNER | FILE_READ_ATTRIBUTES);
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

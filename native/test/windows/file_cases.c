#include "cases.h"

#include <aclapi.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <winioctl.h>

#define TEXT_ARGUMENT(text) (const uint16_t *)(text), (uint32_t)wcslen(text)

static void hashes(void) {
  static const uint8_t empty[] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14};
  pc_cause cause = {.size = sizeof cause};
  pc_file_facts facts = {.size = sizeof facts};
  wchar_t folder[MAX_PATH], file[MAX_PATH];
  GetTempPathW(MAX_PATH, folder);
  GetTempFileNameW(folder, L"pc", 0, file);
  CHECK(pc_file_query(TEXT_ARGUMENT(file), &facts, &cause) == PC_OK);
  CHECK(facts.sha256_is == PC_CAPTURED && memcmp(facts.sha256, empty, sizeof empty) == 0);
  CHECK(facts.version_is != PC_CAPTURED);
  DeleteFileW(file);
  CHECK(pc_file_query(TEXT_ARGUMENT(file), &facts, &cause) == PC_E_NOT_FOUND);
  GetSystemDirectoryW(file, MAX_PATH);
  wcscat(file, L"\\kernel32.dll");
  CHECK(pc_file_query(TEXT_ARGUMENT(file), &facts, &cause) == PC_OK);
  CHECK(facts.sha256_is == PC_CAPTURED && facts.version_is == PC_CAPTURED);
  CHECK(_wcsicmp((const wchar_t *)facts.original_name, L"kernel32.dll") == 0 || facts.original_name[0] != 0);
}

/* Where the catalogs cannot be asked, nobody knows whether a file is signed. */
static void catalogs(void) {
  static const struct {
    const wchar_t *fails;
    uint32_t signature;
  } table[] = {
      {NULL, PC_SIGNATURE_NONE},
      {L"find 1168", PC_SIGNATURE_NONE}, /* ERROR_NOT_FOUND */
      {L"find 1722", PC_SIGNATURE_ERROR}, /* RPC_S_SERVER_UNAVAILABLE */
      {L"find 0", PC_SIGNATURE_ERROR},
      {L"hash 8", PC_SIGNATURE_ERROR},
      {L"open 1062", PC_SIGNATURE_ERROR}, /* ERROR_SERVICE_NOT_ACTIVE */
  };
  pc_cause cause = {.size = sizeof cause};
  pc_file_facts facts = {.size = sizeof facts};
  wchar_t folder[MAX_PATH], self[MAX_PATH], file[MAX_PATH];
  GetTempPathW(MAX_PATH, folder);
  GetModuleFileNameW(NULL, self, MAX_PATH);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    GetTempFileNameW(folder, L"pc", 0, file); /* a file that nobody has asked about */
    CHECK(CopyFileW(self, file, FALSE));
    SetEnvironmentVariableW(L"PC_DOUBLE_CATALOG_FAIL", table[i].fails);
    CHECK(pc_file_query(TEXT_ARGUMENT(file), &facts, &cause) == PC_OK);
    CHECK(facts.signature == table[i].signature && facts.from_catalog == 0);
    if (facts.signature != table[i].signature) printf("  %ls: %u\n", table[i].fails, (unsigned)facts.signature);
    DeleteFileW(file);
  }
  SetEnvironmentVariableW(L"PC_DOUBLE_CATALOG_FAIL", NULL);
}

/* Whoever holds a file back is not waited for, though they never give way. */
static void held_back(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_file_facts facts = {.size = sizeof facts};
  wchar_t folder[MAX_PATH], file[MAX_PATH];
  OVERLAPPED holding = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
  GetTempPathW(MAX_PATH, folder);
  GetTempFileNameW(folder, L"pc", 0, file);
  HANDLE holder = CreateFileW(file, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
  bool held = holder != INVALID_HANDLE_VALUE &&
              !DeviceIoControl(holder, FSCTL_REQUEST_BATCH_OPLOCK, NULL, 0, NULL, 0, NULL, &holding) &&
              GetLastError() == ERROR_IO_PENDING;
  if (held) CHECK(pc_file_query(TEXT_ARGUMENT(file), &facts, &cause) != PC_OK && facts.sha256_is == PC_FAILED);
  else printf("skipped: opportunistic locks, which this system does not give\n");
  if (holder != INVALID_HANDLE_VALUE) CloseHandle(holder);
  if (held) WaitForSingleObject(holding.hEvent, PATIENCE_MS);
  CloseHandle(holding.hEvent);
  CHECK(pc_file_query(TEXT_ARGUMENT(file), &facts, &cause) == PC_OK && facts.sha256_is == PC_CAPTURED);
  DeleteFileW(file);
}

/* A share is not even asked, a name without a folder not looked for, and a folder is no file. */
static void no_files(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_file_facts facts = {.size = sizeof facts};
  wchar_t folder[MAX_PATH];
  CHECK(pc_file_query(TEXT_ARGUMENT(L"\\\\localhost\\c$\\windows\\win.ini"), &facts, &cause) == PC_E_SYSTEM);
  CHECK(cause.value == ERROR_BAD_PATHNAME && facts.sha256_is == PC_FAILED);
  CHECK(pc_file_query(TEXT_ARGUMENT(L"kernel32.dll"), &facts, &cause) == PC_E_SYSTEM && cause.value == ERROR_BAD_PATHNAME);
  GetSystemDirectoryW(folder, MAX_PATH);
  CHECK(pc_file_query(TEXT_ARGUMENT(folder), &facts, &cause) != PC_OK && facts.sha256_is == PC_FAILED);
}

/* Neither a link nor a file behind a linked folder is what was asked for. */
static void links(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_file_facts facts = {.size = sizeof facts};
  wchar_t temp[MAX_PATH], target[MAX_PATH], link[MAX_PATH], behind[MAX_PATH];
  GetTempPathW(MAX_PATH, temp);
  GetSystemDirectoryW(target, MAX_PATH);
  (void)swprintf(link, MAX_PATH, L"%lspc-linked-folder", temp);
  (void)swprintf(behind, MAX_PATH, L"%ls\\kernel32.dll", link);
  RemoveDirectoryW(link);
  if (!CreateSymbolicLinkW(link, target, SYMBOLIC_LINK_FLAG_DIRECTORY) || GetFileAttributesW(behind) == INVALID_FILE_ATTRIBUTES) {
    printf("skipped: links, which this system does not let us make\n");
    return;
  }
  CHECK(pc_file_query(TEXT_ARGUMENT(behind), &facts, &cause) != PC_OK && facts.sha256_is != PC_CAPTURED);
  CHECK(cause.value == ERROR_CANT_RESOLVE_FILENAME);
  wcscat(target, L"\\KERNEL32.DLL");
  CHECK(pc_file_query(TEXT_ARGUMENT(target), &facts, &cause) == PC_OK && facts.sha256_is == PC_CAPTURED);
  (void)swprintf(behind, MAX_PATH, L"\\\\?\\%ls", target);
  CHECK(pc_file_query(TEXT_ARGUMENT(behind), &facts, &cause) == PC_OK && facts.sha256_is == PC_CAPTURED);
  RemoveDirectoryW(link);
}

static void folders(void) {
  pc_cause cause = {.size = sizeof cause};
  pc_path_report report = {.size = sizeof report};
  wchar_t folder[MAX_PATH];
  GetTempPathW(MAX_PATH, folder);
  wcscat(folder, L"pc-secure-folder");
  RemoveDirectoryW(folder);
  CHECK(pc_secure_directory_create(TEXT_ARGUMENT(folder), &cause) == PC_OK);
  CHECK(pc_secure_directory_create(TEXT_ARGUMENT(folder), &cause) == PC_OK);
  CHECK(pc_path_is_secure(TEXT_ARGUMENT(folder), &report, &cause) == PC_OK);
  RemoveDirectoryW(folder);
  CHECK(pc_path_is_secure(TEXT_ARGUMENT(folder), &report, &cause) == PC_E_NOT_FOUND);
  CHECK(pc_service_start(TEXT_ARGUMENT(L"ProblemChild"), &cause) != PC_OK);
}

static bool is_wine(void) { return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL; }

/* Whether the folder is told to be writable for others once its access list is `dacl`. */
static bool is_blamed(wchar_t *folder, PACL dacl) {
  pc_cause cause = {.size = sizeof cause};
  pc_path_report report = {.size = sizeof report};
  if (SetNamedSecurityInfoW(folder, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, NULL, NULL, dacl,
                            NULL) != ERROR_SUCCESS ||
      pc_path_is_secure(TEXT_ARGUMENT(folder), &report, &cause) != PC_OK) {
    return false;
  }
  return (report.problems & PC_PATH_WRITABLE) != 0;
}

static void grants(void) {
  union {
    ACL list;
    uint8_t room[512];
  } plain, object, harmless;
  uint8_t everyone[SECURITY_MAX_SID_SIZE];
  DWORD bytes = sizeof everyone;
  GUID any = {1, 2, 3, {4}};
  wchar_t folder[MAX_PATH];
  if (is_wine()) {
    printf("skipped: access lists of folders, of which Wine keeps no more than modes\n");
    return;
  }
  GetTempPathW(MAX_PATH, folder);
  wcscat(folder, L"pc-granted-folder");
  CreateDirectoryW(folder, NULL);
  CreateWellKnownSid(WinWorldSid, NULL, everyone, &bytes);
  InitializeAcl(&plain.list, sizeof plain, ACL_REVISION);
  InitializeAcl(&object.list, sizeof object, ACL_REVISION_DS);
  InitializeAcl(&harmless.list, sizeof harmless, ACL_REVISION);
  CHECK(AddAccessAllowedAce(&plain.list, ACL_REVISION, GENERIC_WRITE, everyone));
  CHECK(AddAccessAllowedObjectAce(&object.list, ACL_REVISION_DS, 0, FILE_WRITE_DATA, &any, NULL, everyone));
  CHECK(AddAccessAllowedAce(&harmless.list, ACL_REVISION, GENERIC_READ | GENERIC_EXECUTE, everyone));
  CHECK(is_blamed(folder, &plain.list));
  CHECK(is_blamed(folder, &object.list));
  CHECK(!is_blamed(folder, &harmless.list));
  RemoveDirectoryW(folder);
}

/* Begins a program of the Unix side, whose end nobody can wait for; false where there is none. */
static bool run_unix(const wchar_t *program, const wchar_t *arguments) {
  wchar_t command[4 * MAX_PATH];
  STARTUPINFOW startup = {.cb = sizeof startup};
  PROCESS_INFORMATION process;
  (void)swprintf(command, 4 * MAX_PATH, L"%ls %ls", program, arguments);
  if (!CreateProcessW(program, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process)) return false;
  if (process.hThread != NULL) CloseHandle(process.hThread);
  if (process.hProcess != NULL) CloseHandle(process.hProcess);
  return true;
}

/* A folder that somebody made beforehand, to have what is put there. Only Wine's user may give a file away. */
static void foreign_folder(void) {
  static const wchar_t folder[] = L"Z:\\tmp\\pc-foreign-folder";
  pc_cause cause = {.size = sizeof cause};
  if (!run_unix(L"Z:\\bin\\mkdir", L"-p /tmp/pc-foreign-folder")) {
    printf("skipped: a folder of somebody else's, which only Wine can make\n");
    return;
  }
  CHECK(pc_secure_directory_create(TEXT_ARGUMENT(folder), &cause) == PC_OK);
  CHECK(run_unix(L"Z:\\bin\\chown", L"1234 /tmp/pc-foreign-folder"));
  int32_t code = PC_OK;
  for (int tries = 0; code == PC_OK && tries < PATIENCE_MS / 100; tries++) {
    Sleep(100);
    code = pc_secure_directory_create(TEXT_ARGUMENT(folder), &cause);
  }
  CHECK(code == PC_E_ACCESS);
  CHECK(cause.value == ERROR_INVALID_OWNER);
  CHECK(run_unix(L"Z:\\bin\\rmdir", L"/tmp/pc-foreign-folder"));
}

/* Whoever loaded the library lets go of it while its threads run. */
static void stays_loaded(void) {
  wchar_t own[MAX_PATH], copy[MAX_PATH];
  pc_cause cause = {.size = sizeof cause};
  int32_t(*start)(const uint16_t *, uint32_t, pc_cause *);
  GetModuleFileNameW(GetModuleHandleW(L"problemchild-test.dll"), own, MAX_PATH);
  GetTempPathW(MAX_PATH, copy);
  wcscat(copy, L"pc-another.dll");
  CHECK(CopyFileW(own, copy, FALSE));
  HMODULE library = LoadLibraryW(copy);
  FARPROC function = library != NULL ? GetProcAddress(library, "pc_service_start") : NULL;
  CHECK(function != NULL);
  if (function == NULL) return;
  memcpy(&start, &function, sizeof start);
  CHECK(start(TEXT_ARGUMENT(L"ProblemChild"), &cause) != PC_OK); /* on a thread of its own */
  FreeLibrary(library);
  CHECK(GetModuleHandleW(L"pc-another.dll") == library);
}

void file_cases(void) {
  hashes();
  catalogs();
  held_back();
  no_files();
  links();
  folders();
  grants();
  foreign_folder();
  stays_loaded();
}

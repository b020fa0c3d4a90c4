/* One step of the installer, with this program in the place of node.exe. */
#include "../../setup/setup.h"
#include "cases.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <string.h>

enum { TIME_MS = 3000, TOO_LONG_MS = 45000, ECHO_EXIT = 70 };

static wchar_t folder[MAX_PATH];

/* INSTALLDIR\bin\node.exe: a copy of this program. */
static bool install_here(void) {
  wchar_t own[MAX_PATH], at[2 * MAX_PATH];
  GetTempPathW(MAX_PATH, folder);
  wcscat(folder, L"pc setup test");
  (void)swprintf(at, 2 * MAX_PATH, L"%ls\\bin", folder);
  CreateDirectoryW(folder, NULL);
  CreateDirectoryW(at, NULL);
  wcscat(at, L"\\node.exe");
  GetModuleFileNameW(NULL, own, MAX_PATH);
  if (!CopyFileW(own, at, FALSE)) return false;
  /* The program is linked to the library. */
  wcscpy(wcsrchr(own, L'\\'), L"\\problemchild-test.dll");
  wcscpy(wcsrchr(at, L'\\'), L"\\problemchild-test.dll");
  return CopyFileW(own, at, FALSE) != 0;
}

static DWORD run_verb(const wchar_t *verb, const wchar_t *json, DWORD timeout_ms, ULONGLONG *took_ms) {
  step_data data = {.folder = folder, .data_folder = folder, .json = json, .timeout_ms = timeout_ms};
  ULONGLONG began_ms = GetTickCount64();
  DWORD result = run_step(0, &data, verb);
  *took_ms = GetTickCount64() - began_ms;
  return result;
}

/* What the copy does when it is started as `node.exe SCRIPT install VERB`. */
int setup_program(const char *verb) {
  if (strcmp(verb, "echo") == 0) {
    char input[64] = "";
    (void)fread(input, 1, sizeof input - 1, stdin);
    bool alone = GetEnvironmentVariableW(L"NODE_OPTIONS", NULL, 0) == 0 && GetEnvironmentVariableW(L"node_extra_ca_certs", NULL, 0) == 0 &&
                 GetEnvironmentVariableW(L"OPENSSL_CONF", NULL, 0) == 0 && GetEnvironmentVariableW(L"PC_STAYS", NULL, 0) > 0;
    return strcmp(input, "{\"a\":1}") == 0 && alone ? ECHO_EXIT : 1;
  }
  if (strcmp(verb, "leave") == 0) {
    /* A child that keeps the output open. */
    wchar_t command[2 * MAX_PATH], own[MAX_PATH];
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION child;
    GetModuleFileNameW(NULL, own, MAX_PATH);
    (void)swprintf(command, 2 * MAX_PATH, L"\"%ls\" sleep", own);
    return CreateProcessW(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &child) ? 0 : 1;
  }
  Sleep(60000); /* `hang`, and never reads */
  return 0;
}

static bool set_access(const wchar_t *path, const wchar_t *list) {
  PSECURITY_DESCRIPTOR descriptor = NULL;
  PACL dacl = NULL;
  BOOL present, defaulted;
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(list, SDDL_REVISION_1, &descriptor, NULL)) return false;
  bool done = GetSecurityDescriptorDacl(descriptor, &present, &dacl, &defaulted) &&
              SetNamedSecurityInfoW((wchar_t *)path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                                    NULL, NULL, dacl, NULL) == ERROR_SUCCESS;
  LocalFree(descriptor);
  return done;
}

/* A program that users may change is not run. */
static void foreign_writers(void) {
  wchar_t bin[MAX_PATH];
  ULONGLONG took_ms;
  (void)swprintf(bin, MAX_PATH, L"%ls\\bin", folder);
  const wchar_t *places[] = {folder, bin};
  for (int i = 0; i < 2; i++) {
    CHECK(set_access(places[i], L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;WD)"));
    CHECK(run_verb(L"echo", L"{\"a\":1}", TOO_LONG_MS, &took_ms) == ERROR_ACCESS_DENIED);
    CHECK(set_access(places[i], L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFX;;;WD)"));
    CHECK(run_verb(L"echo", L"{\"a\":1}", TOO_LONG_MS, &took_ms) == ECHO_EXIT);
  }
}

static void texts(void) {
  text json = {0};
  for (int i = 0; i < 1000; i++) text_add_json(&json, L"a\"\\\n\u20ac");
  bool holds = json.used == 1000 * wcslen(L"\"a\\u0022\\u005c\\u000a\\u20ac\"");
  CHECK(!json.failed && holds && wcsncmp(json.units + json.used - 27, L"\"a\\u0022\\u005c\\u000a\\u20ac\"", 27) == 0);
  text_free(&json);
  CHECK(json.units == NULL && json.used == 0 && json.capacity == 0);
}

void setup_cases(void) {
  static wchar_t long_json[100001];
  ULONGLONG took_ms;
  texts();
  bool installed = install_here();
  CHECK(installed);
  if (!installed) return;
  SetEnvironmentVariableW(L"NODE_OPTIONS", L"--require=evil.js");
  SetEnvironmentVariableW(L"NODE_EXTRA_CA_CERTS", L"C:\\evil.pem");
  SetEnvironmentVariableW(L"OPENSSL_CONF", L"C:\\evil.cnf");
  SetEnvironmentVariableW(L"PC_STAYS", L"1");
  CHECK(run_verb(L"echo", L"{\"a\":1}", TOO_LONG_MS, &took_ms) == ECHO_EXIT);
  foreign_writers();
  CHECK(run_verb(L"hang", L"{}", TIME_MS, &took_ms) == ERROR_TIMEOUT);
  CHECK(took_ms >= TIME_MS && took_ms < TOO_LONG_MS);
  /* More than a pipe holds, for a program that does not read it. */
  wmemset(long_json, L'x', 100000);
  CHECK(run_verb(L"hang", long_json, TIME_MS, &took_ms) == ERROR_TIMEOUT);
  CHECK(took_ms < TOO_LONG_MS);
  CHECK(run_verb(L"leave", L"{}", TOO_LONG_MS, &took_ms) == 0);
  CHECK(took_ms < TOO_LONG_MS);
}

#include "cases.h"

#include <string.h>
#include <wchar.h>

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

void file_cases(void) {
  hashes();
  folders();
}

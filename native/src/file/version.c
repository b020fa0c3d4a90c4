#include "file_api.h"
#include "file_facts.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

typedef struct translation {
  WORD language, code_page;
} translation;

/* Copies with a terminator, cutting. The resource's lengths are the file author's: nothing past
   `units` is read, terminated or not. */
static void copy_text(uint16_t *to, size_t capacity, const wchar_t *from, UINT units) {
  size_t i = 0;
  for (; i < units && i + 1 < capacity && from[i] != 0; i++) to[i] = from[i];
  to[i] = 0;
}

static void read_string(const pc_file_api *api, const void *block, translation of, const wchar_t *name,
                        uint16_t *to, size_t capacity) {
  wchar_t query[64];
  void *value = NULL;
  UINT units = 0;
  (void)swprintf(query, sizeof query / sizeof *query, L"\\StringFileInfo\\%04x%04x\\%ls", of.language,
                 of.code_page, name);
  if (api->version_value(block, query, &value, &units) && value != NULL) {
    copy_text(to, capacity, value, units);
  }
}

#define READ(member, name) \
  read_string(api, block, of, name, facts->member, sizeof facts->member / sizeof *facts->member)

static void read_strings(const pc_file_api *api, const void *block, pc_file_facts *facts) {
  /* US English in Unicode when the file does not say. */
  translation of = {0x0409, 0x04b0};
  void *listed = NULL;
  UINT bytes = 0;
  if (api->version_value(block, L"\\VarFileInfo\\Translation", &listed, &bytes) && listed != NULL &&
      bytes >= sizeof of) {
    memcpy(&of, listed, sizeof of);
  }
  READ(original_name, L"OriginalFilename");
  READ(company, L"CompanyName");
  READ(description, L"FileDescription");
  READ(product, L"ProductName");
  READ(file_version, L"FileVersion");
}

uint32_t pc_version_of(const wchar_t *path, pc_file_facts *facts) {
  const pc_file_api *api = pc_file_functions();
  if (!api->has_version) return PC_FAILED;
  DWORD ignored = 0;
  DWORD bytes = api->version_size(path, &ignored);
  if (bytes == 0) {
    DWORD error = GetLastError();
    bool none = error == ERROR_RESOURCE_DATA_NOT_FOUND || error == ERROR_RESOURCE_TYPE_NOT_FOUND ||
                error == ERROR_RESOURCE_NAME_NOT_FOUND || error == ERROR_RESOURCE_LANG_NOT_FOUND ||
                error == ERROR_BAD_EXE_FORMAT;
    return none ? PC_ABSENT : PC_FAILED;
  }
  void *block = malloc(bytes);
  if (block == NULL) return PC_FAILED;
  bool read = api->version_read(path, 0, bytes, block) != 0;
  if (read) read_strings(api, block, facts);
  free(block);
  return read ? PC_CAPTURED : PC_FAILED;
}

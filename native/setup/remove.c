/* Removing the data folder after the files of the program are gone. */
#include "setup.h"

#include <stdlib.h>

static wchar_t *join(const wchar_t *folder, const wchar_t *name) {
  text path = {0};
  text_add(&path, folder);
  text_add_unit(&path, L'\\');
  text_add(&path, name);
  if (path.failed) text_free(&path);
  return path.units;
}

static bool remove_entry(const wchar_t *path, DWORD attributes) {
  if ((attributes & FILE_ATTRIBUTE_READONLY) != 0) (void)SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) return DeleteFileW(path);
  /* A junction goes; what it points to stays. */
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) return RemoveDirectoryW(path);
  return remove_tree(path);
}

static bool is_dots(const wchar_t *name) {
  return name[0] == L'.' && (name[1] == 0 || (name[1] == L'.' && name[2] == 0));
}

bool remove_tree(const wchar_t *folder) {
  wchar_t *pattern = join(folder, L"*");
  if (pattern == NULL) return false;
  bool all = true;
  WIN32_FIND_DATAW found;
  HANDLE search = FindFirstFileW(pattern, &found);
  free(pattern);
  if (search != INVALID_HANDLE_VALUE) {
    do {
      if (is_dots(found.cFileName)) continue;
      wchar_t *path = join(folder, found.cFileName);
      if (path == NULL || !remove_entry(path, found.dwFileAttributes)) all = false;
      free(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
  }
  return RemoveDirectoryW(folder) && all;
}

/* Opening a file of somebody else's to read it, without ever waiting for them. */
#include "../base/system.h"
#include "file_facts.h"

#include <stdlib.h>
#include <string.h>
#include <winternl.h>

/* As the documentation of NtCreateFile has them; headers differ in which of them they declare. */
enum { SEQUENTIAL_ONLY = 0x4, SYNCHRONOUS = 0x20, NO_FOLDER = 0x40, COMPLETE_IF_OPLOCKED = 0x100, OPEN_ONLY = 1 };
enum { BREAK_IN_PROGRESS = 0x108, LONGEST_PATH = 32000 };
enum { HELD_BACK = 742 /* ERROR_OPLOCK_BREAK_IN_PROGRESS */ };

typedef LONG(NTAPI *create_file)(PHANDLE, ACCESS_MASK, OBJECT_ATTRIBUTES *, IO_STATUS_BLOCK *, PLARGE_INTEGER, ULONG,
                                 ULONG, ULONG, ULONG, PVOID, ULONG);
typedef ULONG(NTAPI *error_of_status)(LONG);

/* C:\… and \\?\… as the kernel has them: behind \??\. NULL, with GetLastError, for any other path. */
static wchar_t *native_path(const wchar_t *path, USHORT *bytes) {
  static const wchar_t front[] = L"\\??\\";
  enum { FRONT_UNITS = sizeof front / sizeof *front - 1 };
  bool is_plain = path[0] != 0 && path[1] == L':' && path[2] == L'\\';
  if (!is_plain && wcsncmp(path, L"\\\\?\\", 4) != 0) {
    SetLastError(ERROR_BAD_PATHNAME);
    return NULL;
  }
  if (!is_plain) path += 4;
  size_t units = wcslen(path);
  wchar_t *copy = units <= LONGEST_PATH ? malloc((FRONT_UNITS + units + 1) * sizeof *copy) : NULL;
  if (copy == NULL) {
    SetLastError(units <= LONGEST_PATH ? ERROR_NOT_ENOUGH_MEMORY : ERROR_FILENAME_EXCED_RANGE);
    return NULL;
  }
  memcpy(copy, front, FRONT_UNITS * sizeof *copy);
  memcpy(copy + FRONT_UNITS, path, (units + 1) * sizeof *copy);
  *bytes = (USHORT)((FRONT_UNITS + units) * sizeof *copy);
  return copy;
}

static LONG open_native(create_file create, wchar_t *path, USHORT bytes, HANDLE *file) {
  UNICODE_STRING name = {.Length = bytes, .MaximumLength = (USHORT)(bytes + sizeof *path), .Buffer = path};
  OBJECT_ATTRIBUTES attributes;
  IO_STATUS_BLOCK answer;
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
  return create(file, FILE_GENERIC_READ, &attributes, &answer, NULL, 0,
                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, OPEN_ONLY,
                SYNCHRONOUS | NO_FOLDER | SEQUENTIAL_ONLY | COMPLETE_IF_OPLOCKED, NULL, 0);
}

/*
 * Whoever holds an opportunistic lock on a file is asked by the system to give way, and CreateFile waits for the answer as
 * long as it takes. A program that locks its own image so and never answers would hold up whoever looks at it for good, and
 * every event behind. So the file is opened by the call that can be told not to wait.
 */
HANDLE pc_open_to_read(const wchar_t *path) {
  FARPROC found[] = {pc_ntdll("NtCreateFile"), pc_ntdll("RtlNtStatusToDosError")};
  create_file create;
  error_of_status error_of;
  HANDLE file = INVALID_HANDLE_VALUE;
  USHORT bytes = 0;
  if (found[0] == NULL || found[1] == NULL) {
    SetLastError(ERROR_PROC_NOT_FOUND);
    return INVALID_HANDLE_VALUE;
  }
  memcpy(&create, &found[0], sizeof create);
  memcpy(&error_of, &found[1], sizeof error_of);
  wchar_t *native = native_path(path, &bytes);
  if (native == NULL) return INVALID_HANDLE_VALUE;
  LONG status = open_native(create, native, bytes, &file);
  free(native);
  if (status >= 0 && status != BREAK_IN_PROGRESS) return file;
  if (status == BREAK_IN_PROGRESS) CloseHandle(file); /* reading from it would wait */
  SetLastError(status < 0 ? error_of(status) : HELD_BACK);
  return INVALID_HANDLE_VALUE;
}

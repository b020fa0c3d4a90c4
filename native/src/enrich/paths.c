#include "paths.h"

#include "../stream/sync.h"

#include <string.h>
#include <wchar.h>

enum { LETTERS = 26, DEVICE_UNITS = 128, REREAD_US = 1000000 };

static struct {
  wchar_t device[LETTERS][DEVICE_UNITS]; /* \Device\HarddiskVolume3; empty: not mounted */
  uint64_t read_us;
} mounts;
static pc_lock lock = SRWLOCK_INIT;

static void read_mounts(void) {
  DWORD drives = GetLogicalDrives();
  for (int i = 0; i < LETTERS; i++) {
    wchar_t *device = mounts.device[i];
    const wchar_t drive[] = {(wchar_t)(L'A' + i), L':', 0};
    device[0] = 0;
    if ((drives & 1u << i) != 0 && !QueryDosDeviceW(drive, device, DEVICE_UNITS)) device[0] = 0;
  }
  mounts.read_us = pc_steady_us();
}

static uint32_t write_path(wchar_t *path, const wchar_t *front, const wchar_t *rest) {
  size_t front_units = wcslen(front), rest_units = wcslen(rest);
  if (front_units + rest_units >= PC_PATH_UNITS) return 0;
  memmove(path + front_units, rest, (rest_units + 1) * sizeof *path);
  memcpy(path, front, front_units * sizeof *path);
  return (uint32_t)(front_units + rest_units);
}

static uint32_t resolve_device(const wchar_t *nt, wchar_t *path) {
  for (int i = 0; i < LETTERS; i++) {
    size_t units = wcslen(mounts.device[i]);
    if (units == 0 || _wcsnicmp(nt, mounts.device[i], units) != 0 || nt[units] != L'\\') continue;
    const wchar_t drive[] = {(wchar_t)(L'A' + i), L':', 0};
    return write_path(path, drive, nt + units);
  }
  return 0;
}

/* Where a redirector's name is followed by the mapping a path came by, `;LanmanRedirector\;Z:000000000003e7`. */
static const wchar_t *skip_mappings(const wchar_t *rest) {
  while (rest[0] == L';') {
    const wchar_t *end = wcschr(rest, L'\\');
    if (end == NULL) break;
    rest = end + 1;
  }
  return rest;
}

/* What follows the device of a redirector, SERVER\SHARE\…; NULL for another device. */
static const wchar_t *behind_redirector(const wchar_t *nt) {
  static const wchar_t *const redirectors[] = {L"\\Device\\Mup\\", L"\\Device\\LanmanRedirector\\",
                                               L"\\Device\\WebDavRedirector\\", L"\\Device\\WinDfs\\"};
  for (size_t i = 0; i < sizeof redirectors / sizeof *redirectors; i++) {
    size_t units = wcslen(redirectors[i]);
    if (_wcsnicmp(nt, redirectors[i], units) == 0) return skip_mappings(nt + units);
  }
  return NULL;
}

/* What follows \??\, where drive letters, UNC and volumes by their GUID are names side by side. */
static uint32_t write_dos_path(wchar_t *path, const wchar_t *rest) {
  if (rest[0] != 0 && rest[1] == L':') return write_path(path, L"", rest);
  if (_wcsnicmp(rest, L"UNC\\", 4) == 0) return write_path(path, L"\\\\", rest + 4);
  return write_path(path, L"\\\\?\\", rest);
}

/* Disks, volumes in a file among them, and disks of an optical drive or of an image file. */
static bool is_disk(const wchar_t *device, size_t units) {
  static const wchar_t *const disks[] = {L"\\Device\\HarddiskVolume", L"\\Device\\CdRom"};
  for (size_t i = 0; i < sizeof disks / sizeof *disks; i++) {
    size_t front = wcslen(disks[i]);
    if (units > front && _wcsnicmp(device, disks[i], front) == 0) return true;
  }
  return false;
}

bool pc_path_is_on_disk(const wchar_t *path, size_t units) {
  wchar_t letter = units > 2 ? (wchar_t)(path[0] | 0x20) : 0;
  if (letter < L'a' || letter > L'z' || path[1] != L':' || path[2] != L'\\') return is_disk(path, units);
  /* Whoever provides a file system gives it a letter as well. */
  const wchar_t drive[] = {letter, L':', 0};
  wchar_t device[DEVICE_UNITS];
  return QueryDosDeviceW(drive, device, DEVICE_UNITS) > 0 && is_disk(device, wcsnlen(device, DEVICE_UNITS));
}

uint32_t pc_path_from_nt(pc_span nt_path, wchar_t path[PC_PATH_UNITS]) {
  wchar_t nt[PC_PATH_UNITS];
  uint32_t units = nt_path.bytes / 2;
  path[0] = 0;
  if (units == 0 || units >= PC_PATH_UNITS) return 0;
  memcpy(nt, nt_path.at, (size_t)units * 2);
  nt[units] = 0;

  if (wcsncmp(nt, L"\\??\\", 4) == 0) return write_dos_path(path, nt + 4);
  if (_wcsnicmp(nt, L"\\SystemRoot\\", 12) == 0) {
    wchar_t windows[MAX_PATH];
    UINT length = GetSystemWindowsDirectoryW(windows, MAX_PATH);
    return length > 0 && length < MAX_PATH ? write_path(path, windows, nt + 11) : 0;
  }
  const wchar_t *share = behind_redirector(nt);
  if (share != NULL) return write_path(path, L"\\\\", share);
  if (nt[0] != L'\\') return write_path(path, L"", nt); /* a name such as "Registry" */

  pc_lock_enter(&lock);
  /* Also where a path resolves: a letter that went to another volume would name a file there. */
  if (mounts.read_us == 0 || pc_steady_us() - mounts.read_us > REREAD_US) read_mounts();
  uint32_t length = resolve_device(nt, path);
  pc_lock_leave(&lock);
  return length;
}

/*
 * A catalog database that lists no file. PC_DOUBLE_CATALOG_FAIL, such as `find 1722`, has open, hash or find fail with that
 * error. See README.md; exported under their names by catalog_double.def.
 */
#include <windows.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef HANDLE admin_handle; /* HCATADMIN */
typedef HANDLE catalog_handle; /* HCATINFO */

static int admin; /* its address is the handle */

/* Whether the call is to fail, with its error as the last one. */
static bool fails(const char *call) {
  char text[64];
  DWORD length = GetEnvironmentVariableA("PC_DOUBLE_CATALOG_FAIL", text, sizeof text);
  size_t name = strlen(call);
  if (length == 0 || length >= sizeof text || strncmp(text, call, name) != 0 || text[name] != ' ') return false;
  SetLastError((DWORD)strtoul(text + name, NULL, 10));
  return true;
}

BOOL WINAPI double_AcquireContext2(admin_handle *to, const GUID *subsystem, const WCHAR *algorithm, const void *policy, DWORD flags) {
  (void)subsystem, (void)algorithm, (void)policy, (void)flags;
  if (fails("open")) return FALSE;
  *to = &admin;
  return TRUE;
}

BOOL WINAPI double_CalcHashFromFileHandle2(admin_handle from, HANDLE file, DWORD *bytes, BYTE *hash, DWORD flags) {
  (void)from, (void)file, (void)flags;
  if (fails("hash")) return FALSE;
  *bytes = 32;
  memset(hash, 0, *bytes);
  return TRUE;
}

catalog_handle WINAPI double_EnumCatalogFromHash(admin_handle from, BYTE *hash, DWORD bytes, DWORD flags, catalog_handle *previous) {
  (void)from, (void)hash, (void)bytes, (void)flags, (void)previous;
  if (!fails("find")) SetLastError(ERROR_NOT_FOUND);
  return NULL;
}

BOOL WINAPI double_CatalogInfoFromContext(catalog_handle catalog, void *info, DWORD flags) { return (void)catalog, (void)info, (void)flags, FALSE; }

BOOL WINAPI double_ReleaseCatalogContext(admin_handle from, catalog_handle catalog, DWORD flags) { return (void)from, (void)catalog, (void)flags, TRUE; }

BOOL WINAPI double_ReleaseContext(admin_handle from, DWORD flags) { return (void)flags, from == (admin_handle)&admin; }

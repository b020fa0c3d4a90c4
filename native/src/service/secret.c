/* Sealing secrets for this machine with DPAPI: what is copied elsewhere cannot be opened there. */
#include "../base/cause.h"
#include "../base/system.h"

#include <string.h>
#include <wincrypt.h>

enum { MOST_BYTES = 65536 };

typedef BOOL(WINAPI *protect_call)(DATA_BLOB *, LPCWSTR, DATA_BLOB *, PVOID, CRYPTPROTECT_PROMPTSTRUCT *, DWORD,
                                   DATA_BLOB *);
typedef BOOL(WINAPI *unprotect_call)(DATA_BLOB *, LPWSTR *, DATA_BLOB *, PVOID, CRYPTPROTECT_PROMPTSTRUCT *, DWORD,
                                     DATA_BLOB *);

/* Binds a sealed text to this use: what another program sealed is refused, not sent to a receiver as a password. */
static BYTE purpose[] = "problemchild forward secret 1";

/* Loaded at each call: secrets are opened when the agent starts, and not again. */
static bool load(const char *name, void *to) {
  const pc_import import = {name, to};
  return pc_import_all(L"crypt32.dll", NULL, &import, 1);
}

/* Hands the system's memory to the caller and leaves no copy of it behind. */
static int32_t hand_over(DATA_BLOB *from, uint8_t *to, uint32_t capacity, uint32_t *bytes) {
  int32_t code = from->cbData <= capacity ? PC_OK : PC_E_BUFFER;
  *bytes = from->cbData;
  if (code == PC_OK && from->cbData > 0) memcpy(to, from->pbData, from->cbData);
  SecureZeroMemory(from->pbData, from->cbData);
  LocalFree(from->pbData);
  return code;
}

static bool are_sound(const uint8_t *from, uint32_t from_bytes, const uint8_t *to, const uint32_t *bytes) {
  return from != NULL && from_bytes > 0 && from_bytes <= MOST_BYTES && to != NULL && bytes != NULL;
}

int32_t pc_secret_protect(const uint8_t *secret, uint32_t secret_bytes, uint8_t *sealed, uint32_t capacity,
                          uint32_t *bytes, pc_cause *cause) {
  pc_cause_clear(cause);
  if (!are_sound(secret, secret_bytes, sealed, bytes)) return PC_E_ARGUMENT;
  protect_call protect;
  if (!load("CryptProtectData", (void *)&protect)) return PC_E_UNSUPPORTED;
  DATA_BLOB from = {secret_bytes, (BYTE *)secret}, entropy = {sizeof purpose, purpose}, to = {0, NULL};
  if (!protect(&from, NULL, &entropy, NULL, NULL, CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN, &to)) {
    return pc_fail_last(cause, "CryptProtectData");
  }
  return hand_over(&to, sealed, capacity, bytes);
}

int32_t pc_secret_unprotect(const uint8_t *sealed, uint32_t sealed_bytes, uint8_t *secret, uint32_t capacity,
                            uint32_t *bytes, pc_cause *cause) {
  pc_cause_clear(cause);
  if (!are_sound(sealed, sealed_bytes, secret, bytes)) return PC_E_ARGUMENT;
  unprotect_call unprotect;
  if (!load("CryptUnprotectData", (void *)&unprotect)) return PC_E_UNSUPPORTED;
  DATA_BLOB from = {sealed_bytes, (BYTE *)sealed}, entropy = {sizeof purpose, purpose}, to = {0, NULL};
  if (!unprotect(&from, NULL, &entropy, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &to)) {
    return pc_fail_last(cause, "CryptUnprotectData");
  }
  return hand_over(&to, secret, capacity, bytes);
}

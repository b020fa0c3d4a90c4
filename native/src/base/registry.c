/* Reading policy out of the registry: HKEY_LOCAL_MACHINE only, where ordinary users may not write. */
#include "cause.h"
#include "system.h"

#include <stdlib.h>

int32_t pc_registry_read_u32(const uint16_t *key, uint32_t key_units, const uint16_t *name, uint32_t name_units,
                             uint32_t *value, pc_cause *cause) {
  pc_cause_clear(cause);
  if (value == NULL) return PC_E_ARGUMENT;
  wchar_t *wide_key = pc_wide_copy(key, key_units);
  wchar_t *wide_name = pc_wide_copy(name, name_units);
  int32_t code = PC_E_ARGUMENT;
  if (wide_key != NULL && wide_name != NULL) {
    DWORD data = 0, bytes = sizeof data;
    LSTATUS error = RegGetValueW(HKEY_LOCAL_MACHINE, wide_key, wide_name, RRF_RT_REG_DWORD | RRF_SUBKEY_WOW6464KEY,
                                 NULL, &data, &bytes);
    code = error == ERROR_SUCCESS ? PC_OK : pc_fail_win32(cause, "RegGetValueW", (DWORD)error);
    if (code == PC_OK) *value = data;
  }
  free(wide_key);
  free(wide_name);
  return code;
}

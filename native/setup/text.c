#include "setup.h"

#include <stdlib.h>
#include <string.h>

/* Not by realloc, which may leave a copy of a secret behind. */
static bool grow(text *to) {
  size_t capacity = to->capacity == 0 ? 1024 : to->capacity * 2;
  wchar_t *units = malloc(capacity * sizeof *units);
  to->failed = units == NULL;
  if (to->failed) return false;
  if (to->units != NULL) {
    memcpy(units, to->units, to->used * sizeof *units);
    SecureZeroMemory(to->units, to->used * sizeof *units);
    free(to->units);
  }
  to->units = units;
  to->capacity = capacity;
  return true;
}

void text_add_unit(text *to, wchar_t unit) {
  if (to->failed || (to->used + 2 > to->capacity && !grow(to))) return;
  to->units[to->used++] = unit;
  to->units[to->used] = 0;
}

void text_add(text *to, const wchar_t *more) {
  for (; *more != 0; more++) text_add_unit(to, *more);
}

void text_add_json(text *to, const wchar_t *value) {
  static const wchar_t digits[] = L"0123456789abcdef";
  text_add_unit(to, L'"');
  for (; *value != 0; value++) {
    wchar_t unit = *value;
    if (unit >= 0x20 && unit < 0x7f && unit != L'"' && unit != L'\\') {
      text_add_unit(to, unit);
      continue;
    }
    text_add(to, L"\\u");
    for (int shift = 12; shift >= 0; shift -= 4) text_add_unit(to, digits[(unit >> shift) & 0xf]);
  }
  text_add_unit(to, L'"');
}

void text_free(text *of) {
  if (of->units != NULL) SecureZeroMemory(of->units, of->used * sizeof *of->units);
  free(of->units);
  *of = (text){0};
}

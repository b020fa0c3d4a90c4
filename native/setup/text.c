#include "setup.h"

#include <stdlib.h>

void text_add_unit(text *to, wchar_t unit) {
  if (to->failed) return;
  if (to->used + 2 > to->capacity) {
    size_t capacity = to->capacity == 0 ? 1024 : to->capacity * 2;
    wchar_t *units = realloc(to->units, capacity * sizeof *units);
    if (units == NULL) {
      to->failed = true;
      return;
    }
    to->units = units;
    to->capacity = capacity;
  }
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

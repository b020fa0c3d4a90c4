/* Talking to the installation: its properties and its log. */
#include "setup.h"

#include <stdlib.h>
#include <string.h>

enum { STEP_TIMEOUT_MS = 180000 };

wchar_t *property_copy(MSIHANDLE install, const wchar_t *name) {
  wchar_t none[1] = L"";
  DWORD units = 0;
  if (MsiGetPropertyW(install, name, none, &units) != ERROR_MORE_DATA) units = 0;
  units++;
  wchar_t *value = calloc(units, sizeof *value);
  if (value != NULL && MsiGetPropertyW(install, name, value, &units) != ERROR_SUCCESS) value[0] = 0;
  return value;
}

void say(MSIHANDLE install, INSTALLMESSAGE kind, const wchar_t *line) {
  MSIHANDLE record = MsiCreateRecord(1);
  if (record == 0) return;
  /* Through a field, so that brackets in the text are not taken for properties. */
  (void)MsiRecordSetStringW(record, 0, L"problemchild: [1]");
  (void)MsiRecordSetStringW(record, 1, line);
  (void)MsiProcessMessage(install, kind, record);
  (void)MsiCloseHandle(record);
}

bool step_data_read(MSIHANDLE install, step_data *data) {
  *data = (step_data){.all = property_copy(install, L"CustomActionData"), .timeout_ms = STEP_TIMEOUT_MS};
  if (data->all == NULL) return false;
  wchar_t *lines[4] = {data->all};
  for (int i = 1; i < 4; i++) {
    wchar_t *end = wcschr(lines[i - 1], L'\n');
    if (end == NULL) {
      say(install, INSTALLMESSAGE_ERROR, L"the installation handed over nothing");
      step_data_free(data);
      return false;
    }
    *end = 0;
    lines[i] = end + 1;
  }
  data->folder = lines[0];
  data->data_folder = lines[1];
  data->forced = wcscmp(lines[2], L"forced") == 0;
  data->json = lines[3];
  return true;
}

void step_data_free(step_data *data) {
  if (data->all != NULL) SecureZeroMemory(data->all, wcslen(data->all) * sizeof *data->all);
  free(data->all);
  *data = (step_data){0};
}

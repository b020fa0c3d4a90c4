/*
 * The entry points that Windows Installer calls. Deferred actions see no properties: CollectProperties
 * runs before them, as the person who installs, and hands each its data; secrets go that way and then over
 * a pipe, never on a command line. The actions' names are in MsiHiddenProperties, so no log has the data.
 */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY __declspec(dllexport) UINT __stdcall

static const wchar_t service_name[] = L"ProblemChild";
static const wchar_t *const deferred_actions[] = {L"ConfigureAgent", L"UndoConfigureAgent", L"ConfigureService",
                                                  L"RestoreService", L"StopAgent",          L"StartAgent",
                                                  L"AwaitStop",      L"ReleaseHost",        L"RemoveData"};

static void trim_backslash(wchar_t *path) {
  size_t length = wcslen(path);
  if (length > 0 && path[length - 1] == L'\\') path[length - 1] = 0;
}

/* Adds `"NAME":"value"` for each of the public properties that was given a value. */
static void add_properties(MSIHANDLE install, wchar_t *names, text *json) {
  bool first = true;
  wchar_t *rest = NULL;
  for (wchar_t *name = wcstok_s(names, L";", &rest); name != NULL; name = wcstok_s(NULL, L";", &rest)) {
    wchar_t *value = property_copy(install, name);
    if (value == NULL) json->failed = true;
    if (value != NULL && value[0] != 0) {
      if (!first) text_add_unit(json, L',');
      first = false;
      text_add_json(json, name);
      text_add_unit(json, L':');
      text_add_json(json, value);
      SecureZeroMemory(value, wcslen(value) * sizeof *value);
    }
    free(value);
  }
}

/* Program folder, data folder, `forced` or nothing, and the JSON that the program reads: a line each. */
static void compose(MSIHANDLE install, text *data) {
  wchar_t *folder = property_copy(install, L"INSTALLDIR");
  wchar_t *data_folder = property_copy(install, L"DataFolder");
  wchar_t *force = property_copy(install, L"FORCEREMOVE");
  wchar_t *names = property_copy(install, L"SecureCustomProperties");
  if (folder == NULL || data_folder == NULL || force == NULL || names == NULL) {
    data->failed = true;
  } else {
    trim_backslash(folder);
    trim_backslash(data_folder);
    wchar_t transaction[40];
    (void)swprintf(transaction, sizeof transaction / sizeof *transaction, L"%lu-%llu",
                   (unsigned long)GetCurrentProcessId(), (unsigned long long)GetTickCount64());
    text_add(data, folder);
    text_add_unit(data, L'\n');
    text_add(data, data_folder);
    text_add_unit(data, L'\n');
    if (wcscmp(force, L"1") == 0) text_add(data, L"forced");
    text_add(data, L"\n{\"transaction\":");
    text_add_json(data, transaction);
    text_add(data, L",\"dataFolder\":");
    text_add_json(data, data_folder);
    text_add(data, L",\"properties\":{");
    add_properties(install, names, data);
    text_add(data, L"}}");
  }
  free(folder);
  free(data_folder);
  free(force);
  free(names);
}

ENTRY CollectProperties(MSIHANDLE install) {
  text data = {0};
  compose(install, &data);
  bool handed = !data.failed;
  for (size_t i = 0; handed && i < sizeof deferred_actions / sizeof *deferred_actions; i++) {
    handed = MsiSetPropertyW(install, deferred_actions[i], data.units) == ERROR_SUCCESS;
  }
  text_free(&data);
  return handed ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

static UINT step(MSIHANDLE install, const wchar_t *verb) {
  step_data data;
  if (!step_data_read(install, &data)) return ERROR_INSTALL_FAILURE;
  DWORD result = run_step(install, &data, verb);
  step_data_free(&data);
  return result == 0 ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

ENTRY ConfigureAgent(MSIHANDLE install) { return step(install, L"configure"); }

ENTRY UndoConfigureAgent(MSIHANDLE install) { return step(install, L"undo"); }

ENTRY ConfigureService(MSIHANDLE install) { return step(install, L"service"); }

/* The undoing of an uninstallation puts the service back as Windows Installer knows it; this does the rest. */
ENTRY RestoreService(MSIHANDLE install) { return step(install, L"service"); }

/* The undoing of StartAgent. */
ENTRY StopAgent(MSIHANDLE install) {
  stop_agent(install, service_name);
  return ERROR_SUCCESS;
}

/*
 * Windows Installer asks the service to stop and waits 30 s; others do not wait. A disk that is slow to take the
 * state file's last page must not leave half of the program behind.
 */
ENTRY AwaitStop(MSIHANDLE install) {
  stop_agent(install, service_name);
  return ERROR_SUCCESS;
}

ENTRY StartAgent(MSIHANDLE install) {
  return start_agent(install, service_name) == ERROR_SUCCESS ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

/* With FORCEREMOVE=1 an uninstallation goes on though the host could not be released. */
ENTRY ReleaseHost(MSIHANDLE install) {
  step_data data;
  if (!step_data_read(install, &data)) return ERROR_INSTALL_FAILURE;
  DWORD result = run_step(install, &data, L"release");
  bool fine = result == 0 || data.forced;
  step_data_free(&data);
  return fine ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

/* After everything else has succeeded: it cannot be undone. */
ENTRY RemoveData(MSIHANDLE install) {
  step_data data;
  if (!step_data_read(install, &data)) return ERROR_INSTALL_FAILURE;
  const wchar_t *name = wcsrchr(data.data_folder, L'\\');
  bool is_ours = name != NULL && wcscmp(name, L"\\ProblemChild") == 0;
  DWORD attributes = GetFileAttributesW(data.data_folder);
  bool is_folder = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
                   (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0;
  if (is_ours && is_folder && !remove_tree(data.data_folder)) {
    say(install, INSTALLMESSAGE_WARNING, L"some of the data could not be removed");
  }
  step_data_free(&data);
  return ERROR_SUCCESS;
}

/* Parts of setup.dll, the custom actions of the installer. installer/msi/problemchild.wxs says when each runs. */
#ifndef PC_SETUP_H
#define PC_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>
#include <windows.h>
#include <msi.h>
#include <msiquery.h>

/* Growing text; `failed` sticks once memory ran out. All zero is an empty one. */
typedef struct text {
  wchar_t *units;
  size_t used, capacity;
  bool failed;
} text;

void text_add(text *to, const wchar_t *more);
void text_add_unit(text *to, wchar_t unit);
/* As a JSON string with its quotes, ASCII only. */
void text_add_json(text *to, const wchar_t *value);
void text_free(text *of);

/* A property of the installation; the caller frees it. NULL when out of memory. */
wchar_t *property_copy(MSIHANDLE install, const wchar_t *name);

/* Log lines and the message that an aborted installation shows. */
void say(MSIHANDLE install, INSTALLMESSAGE kind, const wchar_t *line);

/* What a deferred action was handed: three lines, see CollectProperties. */
typedef struct step_data {
  wchar_t *all; /* owns the memory of the others */
  const wchar_t *folder; /* of the program, without a backslash at its end */
  const wchar_t *data_folder;
  bool forced;
  const wchar_t *json;
  DWORD timeout_ms; /* for the whole step */
} step_data;

bool step_data_read(MSIHANDLE install, step_data *data);
void step_data_free(step_data *data);

/* Whether only administrators may change the program's folder and what of it is run; says what is wrong. */
bool is_program_safe(MSIHANDLE install, const step_data *data);

/* Runs `problemchild install VERB` with the JSON on its standard input; 0 when it succeeded, ERROR_TIMEOUT when it was
   ended, ERROR_ACCESS_DENIED when others may change the program. Nothing that it started lives on. */
DWORD run_step(MSIHANDLE install, const step_data *data, const wchar_t *verb);

/* Starts the service and sees it running; 0 or a Win32 error. One that is disabled stays as it is, and that is no error. */
DWORD start_agent(MSIHANDLE install, const wchar_t *name);

/* Stops the service, and ends its process if it does not go; what came of it is in the log. */
void stop_agent(MSIHANDLE install, const wchar_t *name);

/* Removes a folder and what is in it, following no link; false when something was left. */
bool remove_tree(const wchar_t *folder);

#endif

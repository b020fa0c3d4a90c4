/* Runs the installed program for one step of the installation. */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_BYTES = 16384, STEP_TIMEOUT_MS = 180000 };

typedef struct pipes {
  HANDLE child_in, to_child, from_child, child_out;
} pipes;

static void close_handle(HANDLE *handle) {
  if (*handle != NULL) CloseHandle(*handle);
  *handle = NULL;
}

static void close_pipes(pipes *ends) {
  close_handle(&ends->child_in);
  close_handle(&ends->to_child);
  close_handle(&ends->from_child);
  close_handle(&ends->child_out);
}

static bool open_pipes(pipes *ends) {
  SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
  return CreatePipe(&ends->child_in, &ends->to_child, &inherited, 0) &&
         CreatePipe(&ends->from_child, &ends->child_out, &inherited, 0) &&
         SetHandleInformation(ends->to_child, HANDLE_FLAG_INHERIT, 0) &&
         SetHandleInformation(ends->from_child, HANDLE_FLAG_INHERIT, 0);
}

/* The JSON is ASCII: a byte for each unit. */
static bool write_json(HANDLE pipe, const wchar_t *json) {
  size_t length = wcslen(json);
  char *bytes = malloc(length + 1);
  if (bytes == NULL) return false;
  for (size_t i = 0; i < length; i++) bytes[i] = (char)json[i];
  DWORD written = 0;
  bool done = true;
  for (size_t at = 0; done && at < length; at += written) {
    done = WriteFile(pipe, bytes + at, (DWORD)(length - at), &written, NULL) && written > 0;
  }
  SecureZeroMemory(bytes, length);
  free(bytes);
  return done;
}

/* What the program said until it closed its output; more than fits is read and left out. */
static void read_output(HANDLE pipe, char *output) {
  char chunk[1024];
  DWORD count, used = 0;
  while (ReadFile(pipe, chunk, sizeof chunk, &count, NULL) && count > 0) {
    DWORD room = OUTPUT_BYTES - 1 - used;
    DWORD taken = count < room ? count : room;
    memcpy(output + used, chunk, taken);
    used += taken;
  }
  output[used] = 0;
}

static void say_output(MSIHANDLE install, INSTALLMESSAGE kind, const char *output) {
  wchar_t *wide = calloc(OUTPUT_BYTES, sizeof *wide);
  if (wide == NULL) return;
  if (MultiByteToWideChar(CP_UTF8, 0, output, -1, wide, OUTPUT_BYTES) > 1) say(install, kind, wide);
  free(wide);
}

static wchar_t *command_line(const step_data *data, const wchar_t *verb) {
  text command = {0};
  text_add(&command, L"\"");
  text_add(&command, data->folder);
  text_add(&command, L"\\bin\\node.exe\" \"");
  text_add(&command, data->folder);
  text_add(&command, L"\\lib\\problemchild\\problemchild.mjs\" install ");
  text_add(&command, verb);
  if (command.failed) text_free(&command);
  return command.units;
}

static BOOL start_process(wchar_t *command, const wchar_t *folder, const pipes *ends, PROCESS_INFORMATION *process) {
  STARTUPINFOW startup = {.cb = sizeof startup,
                          .dwFlags = STARTF_USESTDHANDLES,
                          .hStdInput = ends->child_in,
                          .hStdOutput = ends->child_out,
                          .hStdError = ends->child_out};
  return CreateProcessW(NULL, command, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, folder, &startup, process);
}

static DWORD run(MSIHANDLE install, const step_data *data, wchar_t *command, pipes *ends) {
  PROCESS_INFORMATION process = {0};
  /* Nothing in the environment may change what this Node runs. */
  (void)SetEnvironmentVariableW(L"NODE_OPTIONS", NULL);
  if (!start_process(command, data->folder, ends, &process)) return GetLastError();
  close_handle(&ends->child_in);
  close_handle(&ends->child_out);
  (void)write_json(ends->to_child, data->json); /* a program that does not read says why in its output */
  close_handle(&ends->to_child);
  static char output[OUTPUT_BYTES];
  read_output(ends->from_child, output);
  DWORD result = ERROR_TIMEOUT;
  if (WaitForSingleObject(process.hProcess, STEP_TIMEOUT_MS) == WAIT_OBJECT_0) {
    (void)GetExitCodeProcess(process.hProcess, &result);
  } else {
    (void)TerminateProcess(process.hProcess, ERROR_TIMEOUT);
  }
  say_output(install, result == 0 || data->forced ? INSTALLMESSAGE_INFO : INSTALLMESSAGE_ERROR, output);
  CloseHandle(process.hThread);
  CloseHandle(process.hProcess);
  return result;
}

DWORD run_step(MSIHANDLE install, const step_data *data, const wchar_t *verb) {
  pipes ends = {0};
  wchar_t *command = command_line(data, verb);
  DWORD result = ERROR_OUTOFMEMORY;
  if (command != NULL) result = open_pipes(&ends) ? run(install, data, command, &ends) : GetLastError();
  close_pipes(&ends);
  free(command);
  wchar_t line[128];
  (void)swprintf(line, sizeof line / sizeof *line, L"install %ls ended with %lu", verb, (unsigned long)result);
  say(install, INSTALLMESSAGE_INFO, line);
  return result;
}

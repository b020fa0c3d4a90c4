/* Runs the installed program for one step of the installation. */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_BYTES = 16384 };

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

/* The program and whatever it starts, in a job: all of it ends with the step. */
typedef struct child {
  HANDLE job, process, thread;
  DWORD timeout_ms;
} child;

/* Nothing in the environment may change what this Node, or its OpenSSL, loads. */
static void forget_settings(void) {
  static const wchar_t *const prefixes[] = {L"NODE_", L"OPENSSL_", L"SSL_"};
  wchar_t *all = GetEnvironmentStringsW();
  if (all == NULL) return;
  for (const wchar_t *entry = all; *entry != 0; entry += wcslen(entry) + 1) {
    wchar_t name[256];
    const wchar_t *end = wcschr(entry + 1, L'=');
    size_t units = end != NULL ? (size_t)(end - entry) : 0;
    if (units == 0 || units >= sizeof name / sizeof *name) continue;
    memcpy(name, entry, units * sizeof *name);
    name[units] = 0;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
      if (_wcsnicmp(name, prefixes[i], wcslen(prefixes[i])) == 0) (void)SetEnvironmentVariableW(name, NULL);
    }
  }
  FreeEnvironmentStringsW(all);
}

/* Suspended, so that it is in the job before it can start anything. */
static bool start_child(wchar_t *command, const wchar_t *folder, const pipes *ends, child *started) {
  STARTUPINFOW startup = {.cb = sizeof startup,
                          .dwFlags = STARTF_USESTDHANDLES,
                          .hStdInput = ends->child_in,
                          .hStdOutput = ends->child_out,
                          .hStdError = ends->child_out};
  PROCESS_INFORMATION process;
  started->job = CreateJobObjectW(NULL, NULL);
  if (started->job == NULL) return false;
  forget_settings();
  if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, CREATE_NO_WINDOW | CREATE_SUSPENDED, NULL, folder, &startup, &process)) {
    return false;
  }
  started->process = process.hProcess;
  started->thread = process.hThread;
  if (AssignProcessToJobObject(started->job, process.hProcess)) return true;
  DWORD error = GetLastError();
  (void)TerminateProcess(process.hProcess, error);
  SetLastError(error);
  return false;
}

/* On a thread of its own, because whoever reads the output waits for its end: ends the job with the program, or
   when the time is up. What else was started may not keep the output open either. */
static DWORD WINAPI limit(LPVOID parameter) {
  const child *limited = parameter;
  bool ended = WaitForSingleObject(limited->process, limited->timeout_ms) == WAIT_OBJECT_0;
  (void)TerminateJobObject(limited->job, ended ? 0 : ERROR_TIMEOUT);
  return 0;
}

static DWORD talk(MSIHANDLE install, const step_data *data, child *to, pipes *ends) {
  static char output[OUTPUT_BYTES];
  HANDLE limiter = CreateThread(NULL, 0, limit, to, 0, NULL);
  if (limiter == NULL) {
    DWORD error = GetLastError();
    (void)TerminateJobObject(to->job, error);
    return error;
  }
  (void)ResumeThread(to->thread);
  close_handle(&ends->child_in);
  close_handle(&ends->child_out);
  (void)write_json(ends->to_child, data->json); /* a program that does not read says why in its output */
  close_handle(&ends->to_child);
  read_output(ends->from_child, output);
  (void)WaitForSingleObject(limiter, INFINITE);
  CloseHandle(limiter);
  DWORD result = ERROR_TIMEOUT;
  (void)WaitForSingleObject(to->process, INFINITE); /* it was ended, at the latest by the limiter */
  (void)GetExitCodeProcess(to->process, &result);
  say_output(install, result == 0 || data->forced ? INSTALLMESSAGE_INFO : INSTALLMESSAGE_ERROR, output);
  return result;
}

static DWORD run(MSIHANDLE install, const step_data *data, wchar_t *command, pipes *ends) {
  child started = {.timeout_ms = data->timeout_ms};
  DWORD result = start_child(command, data->folder, ends, &started) ? talk(install, data, &started, ends) : GetLastError();
  close_handle(&started.thread);
  close_handle(&started.process);
  close_handle(&started.job);
  return result;
}

static DWORD run_command(MSIHANDLE install, const step_data *data, const wchar_t *verb) {
  pipes ends = {0};
  wchar_t *command = command_line(data, verb);
  DWORD result = ERROR_OUTOFMEMORY;
  if (command != NULL) result = open_pipes(&ends) ? run(install, data, command, &ends) : GetLastError();
  close_pipes(&ends);
  free(command);
  return result;
}

DWORD run_step(MSIHANDLE install, const step_data *data, const wchar_t *verb) {
  DWORD result = is_program_safe(install, data) ? run_command(install, data, verb) : ERROR_ACCESS_DENIED;
  wchar_t line[128];
  (void)swprintf(line, sizeof line / sizeof *line, L"install %ls ended with %lu", verb, (unsigned long)result);
  say(install, INSTALLMESSAGE_INFO, line);
  return result;
}

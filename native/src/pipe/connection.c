#include "connection.h"

#include "../base/cause.h"
#include "../base/system.h"

#include <aclapi.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum {
  /* No FILE_APPEND_DATA: on a pipe it is the right to serve. READ_CONTROL to see who owns it. */
  CLIENT_ACCESS = FILE_READ_DATA | FILE_WRITE_DATA | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | READ_CONTROL | SYNCHRONIZE
};

static bool is_gone(DWORD error) {
  return error == ERROR_BROKEN_PIPE || error == ERROR_PIPE_NOT_CONNECTED || error == ERROR_NO_DATA ||
         error == ERROR_BAD_PIPE;
}

static int32_t fail_io(pc_cause *cause, const char *api, DWORD error) {
  return is_gone(error) ? PC_ENDED : pc_fail_win32(cause, api, error);
}

static bool is_stopped(const pc_connection *c) { return WaitForSingleObject(c->stopped, 0) == WAIT_OBJECT_0; }

/* Waits for the event, the end of the connection, or the timeout. */
static bool wait_for(const pc_connection *c, HANDLE done, uint32_t timeout_ms) {
  HANDLE handles[] = {done, c->stopped};
  return WaitForMultipleObjects(2, handles, FALSE, timeout_ms) == WAIT_OBJECT_0;
}

static void interrupt(pc_object *object) { SetEvent(((pc_connection *)object)->stopped); }

static void destroy(pc_object *object) {
  pc_connection *c = (pc_connection *)object;
  DWORD bytes;
  if (c->is_writing) {
    CancelIoEx(c->pipe, &c->writing);
    (void)GetOverlappedResult(c->pipe, &c->writing, &bytes, TRUE);
  }
  /* Not disconnected: what the other side has not read yet, it still can. */
  CloseHandle(c->pipe);
  if (c->stopped != NULL) CloseHandle(c->stopped);
  if (c->read_done != NULL) CloseHandle(c->read_done);
  if (c->write_done != NULL) CloseHandle(c->write_done);
  free(c);
}

int32_t pc_connection_create(HANDLE pipe, bool is_server, pc_handle *handle, pc_cause *cause) {
  pc_connection *c = calloc(1, sizeof *c);
  if (c == NULL) {
    CloseHandle(pipe);
    return PC_E_MEMORY;
  }
  c->object = (pc_object){PC_OBJECT_CONNECTION, interrupt, destroy};
  c->pipe = pipe;
  c->is_server = is_server;
  c->stopped = CreateEventW(NULL, TRUE, FALSE, NULL);
  c->read_done = CreateEventW(NULL, TRUE, FALSE, NULL);
  c->write_done = CreateEventW(NULL, TRUE, FALSE, NULL);
  int32_t code = c->stopped == NULL || c->read_done == NULL || c->write_done == NULL
                     ? pc_fail_last(cause, "CreateEventW")
                     : pc_handle_create(&c->object, handle);
  if (code != PC_OK) destroy(&c->object);
  return code;
}

/* The caller's buffer is the system's until the read is over: it is cancelled and waited for. */
static int32_t read_once(pc_connection *c, void *buffer, uint32_t capacity, uint32_t timeout_ms, uint32_t *bytes,
                         pc_cause *cause) {
  OVERLAPPED reading = {.hEvent = c->read_done};
  DWORD count = 0;
  if (!ReadFile(c->pipe, buffer, capacity, NULL, &reading) && GetLastError() != ERROR_IO_PENDING) {
    return fail_io(cause, "ReadFile", GetLastError());
  }
  if (!wait_for(c, c->read_done, timeout_ms)) CancelIoEx(c->pipe, &reading);
  if (!GetOverlappedResult(c->pipe, &reading, &count, TRUE)) {
    DWORD error = GetLastError();
    if (error != ERROR_OPERATION_ABORTED) return fail_io(cause, "ReadFile", error);
    return is_stopped(c) ? PC_ENDED : PC_TIMEOUT;
  }
  if (count == 0) return PC_TIMEOUT; /* an empty write of the other side */
  c->has_read = true;
  *bytes = count;
  return PC_OK;
}

int32_t pc_pipe_read(pc_handle connection, void *buffer, uint32_t capacity, uint32_t timeout_ms, uint32_t *bytes,
                     pc_cause *cause) {
  pc_cause_clear(cause);
  if (buffer == NULL || capacity == 0 || bytes == NULL || timeout_ms == INFINITE) return PC_E_ARGUMENT;
  *bytes = 0;
  pc_connection *c = (pc_connection *)pc_handle_enter(connection, PC_OBJECT_CONNECTION);
  if (c == NULL) return PC_E_HANDLE;
  int32_t code = PC_E_STATE;
  if (InterlockedIncrement(&c->readers) == 1) code = read_once(c, buffer, capacity, timeout_ms, bytes, cause);
  InterlockedDecrement(&c->readers);
  pc_handle_leave(connection);
  return code;
}

static int32_t finish_write(pc_connection *c, uint32_t timeout_ms, pc_cause *cause) {
  DWORD count = 0;
  if (!c->is_writing) return PC_OK;
  if (!wait_for(c, c->write_done, timeout_ms)) return is_stopped(c) ? PC_ENDED : PC_TIMEOUT;
  c->is_writing = false;
  if (GetOverlappedResult(c->pipe, &c->writing, &count, TRUE)) return PC_OK;
  return fail_io(cause, "WriteFile", GetLastError());
}

static int32_t write_once(pc_connection *c, const void *bytes, uint32_t length, uint32_t timeout_ms, pc_cause *cause) {
  int32_t code = finish_write(c, timeout_ms, cause);
  if (code != PC_OK || length == 0) return code;
  memcpy(c->out, bytes, length);
  c->writing = (OVERLAPPED){.hEvent = c->write_done};
  if (!WriteFile(c->pipe, c->out, length, NULL, &c->writing) && GetLastError() != ERROR_IO_PENDING) {
    return fail_io(cause, "WriteFile", GetLastError());
  }
  c->is_writing = true;
  return PC_OK;
}

int32_t pc_pipe_write(pc_handle connection, const void *bytes, uint32_t length, uint32_t timeout_ms, pc_cause *cause) {
  pc_cause_clear(cause);
  if ((bytes == NULL && length > 0) || length > PC_PIPE_WRITE_BYTES || timeout_ms == INFINITE) return PC_E_ARGUMENT;
  pc_connection *c = (pc_connection *)pc_handle_enter(connection, PC_OBJECT_CONNECTION);
  if (c == NULL) return PC_E_HANDLE;
  int32_t code = PC_E_STATE;
  if (InterlockedIncrement(&c->writers) == 1) code = write_once(c, bytes, length, timeout_ms, cause);
  InterlockedDecrement(&c->writers);
  pc_handle_leave(connection);
  return code;
}

bool pc_is_pipe_name(const wchar_t *name) {
  static const wchar_t prefix[] = L"\\\\.\\pipe\\";
  enum { LENGTH = sizeof prefix / sizeof *prefix - 1 };
  return _wcsnicmp(name, prefix, LENGTH) == 0 && name[LENGTH] != 0 && wcschr(name + LENGTH, L'\\') == NULL;
}

/* Whoever may own such a pipe owns the machine anyway. */
static int32_t judge_owner(HANDLE pipe, pc_cause *cause) {
  PSID owner = NULL;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  DWORD error = GetSecurityInfo(pipe, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL, &descriptor);
  if (error != ERROR_SUCCESS) return pc_fail_win32(cause, "GetSecurityInfo", error);
  bool trusted = owner != NULL && (IsWellKnownSid(owner, WinLocalSystemSid) ||
                                   IsWellKnownSid(owner, WinBuiltinAdministratorsSid));
  LocalFree(descriptor);
  if (trusted) return PC_OK;
  (void)pc_fail_win32(cause, "GetSecurityInfo", ERROR_INVALID_OWNER);
  return PC_E_OWNER;
}

static bool is_administrator(void) {
  uint8_t group[SECURITY_MAX_SID_SIZE];
  DWORD bytes = sizeof group;
  BOOL member = FALSE;
  return CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, group, &bytes) && CheckTokenMembership(NULL, group, &member) &&
         member;
}

static int32_t open_pipe(const wchar_t *name, uint32_t timeout_ms, HANDLE *pipe, pc_cause *cause) {
  for (int tries = 0;; tries++) {
    *pipe = CreateFileW(name, CLIENT_ACCESS, 0, NULL, OPEN_EXISTING,
                        FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
    if (*pipe != INVALID_HANDLE_VALUE) return PC_OK;
    DWORD error = GetLastError();
    if (error != ERROR_PIPE_BUSY) {
      int32_t code = pc_fail_win32(cause, "CreateFileW", error);
      /* An agent's pipe is open to administrators: this is somebody else's. */
      return code == PC_E_ACCESS && is_administrator() ? PC_E_OWNER : code;
    }
    /* 0 would mean the pipe's own default. */
    if (tries > 0 || !WaitNamedPipeW(name, timeout_ms == 0 ? 1 : timeout_ms)) return PC_TIMEOUT;
  }
}

int32_t pc_pipe_connect(const uint16_t *name, uint32_t name_units, uint32_t timeout_ms, pc_handle *connection,
                        pc_cause *cause) {
  pc_cause_clear(cause);
  if (connection == NULL || timeout_ms == INFINITE) return PC_E_ARGUMENT;
  wchar_t *wide = pc_wide_copy(name, name_units);
  if (wide == NULL) return PC_E_ARGUMENT;
  HANDLE pipe = INVALID_HANDLE_VALUE;
  int32_t code = pc_is_pipe_name(wide) ? open_pipe(wide, timeout_ms, &pipe, cause) : PC_E_ARGUMENT;
  free(wide);
  if (code != PC_OK) return code;
  code = judge_owner(pipe, cause);
  if (code == PC_OK) return pc_connection_create(pipe, false, connection, cause);
  CloseHandle(pipe);
  return code;
}

/* A named pipe that clients of this machine connect to. One instance always listens, so the name stays ours. */
#include "../base/cause.h"
#include "../base/system.h"
#include "connection.h"

#include <sddl.h>
#include <stdlib.h>

enum { BUFFER_BYTES = 65536, BUSY_WAIT_MS = 50 };

typedef struct pipe_server {
  pc_object object; /* first: this is what a handle names */
  wchar_t *name;
  PSECURITY_DESCRIPTOR descriptor;
  DWORD instances;
  HANDLE stopped;
  HANDLE listening; /* the instance that waits for a client, or has one that was not handed over yet */
  HANDLE connected;
  OVERLAPPED connecting;
  volatile LONG callers;
} pipe_server;

static void interrupt(pc_object *object) { SetEvent(((pipe_server *)object)->stopped); }

static void destroy(pc_object *object) {
  pipe_server *server = (pipe_server *)object;
  DWORD bytes;
  if (server->listening != INVALID_HANDLE_VALUE) {
    if (CancelIoEx(server->listening, &server->connecting)) {
      (void)GetOverlappedResult(server->listening, &server->connecting, &bytes, TRUE);
    }
    CloseHandle(server->listening);
  }
  if (server->connected != NULL) CloseHandle(server->connected);
  if (server->stopped != NULL) CloseHandle(server->stopped);
  if (server->descriptor != NULL) LocalFree(server->descriptor);
  free(server->name);
  free(server);
}

static HANDLE create_instance(const pipe_server *server, DWORD first) {
  SECURITY_ATTRIBUTES attributes = {sizeof attributes, server->descriptor, FALSE};
  return CreateNamedPipeW(server->name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first,
                          PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                          server->instances, BUFFER_BYTES, BUFFER_BYTES, 0, &attributes);
}

static int32_t listen(pipe_server *server, pc_cause *cause) {
  ResetEvent(server->connected);
  server->connecting = (OVERLAPPED){.hEvent = server->connected};
  if (ConnectNamedPipe(server->listening, &server->connecting)) return PC_OK;
  switch (GetLastError()) {
    case ERROR_IO_PENDING: return PC_OK;
    /* A client was faster, and may be gone again: whoever reads from it finds out. */
    case ERROR_PIPE_CONNECTED:
    case ERROR_NO_DATA: SetEvent(server->connected); return PC_OK;
    default: return pc_fail_last(cause, "ConnectNamedPipe");
  }
}

static int32_t open_server(pipe_server *server, const wchar_t *sddl, pc_cause *cause) {
  server->connected = CreateEventW(NULL, TRUE, FALSE, NULL);
  server->stopped = CreateEventW(NULL, TRUE, FALSE, NULL);
  if (server->connected == NULL || server->stopped == NULL) return pc_fail_last(cause, "CreateEventW");
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, &server->descriptor, NULL)) {
    return pc_fail_last(cause, "ConvertStringSecurityDescriptorToSecurityDescriptorW");
  }
  server->listening = create_instance(server, FILE_FLAG_FIRST_PIPE_INSTANCE);
  if (server->listening == INVALID_HANDLE_VALUE) {
    DWORD error = GetLastError();
    /* Every instance of somebody else's pipe is in use: the name is taken all the same. */
    return pc_fail_win32(cause, "CreateNamedPipeW", error == ERROR_PIPE_BUSY ? ERROR_ACCESS_DENIED : error);
  }
  return listen(server, cause);
}

int32_t pc_pipe_create(const uint16_t *name, uint32_t name_units, const uint16_t *sddl, uint32_t sddl_units,
                       uint32_t clients, pc_handle *handle, pc_cause *cause) {
  pc_cause_clear(cause);
  if (handle == NULL || clients == 0 || clients > PC_PIPE_CLIENTS) return PC_E_ARGUMENT;
  pipe_server *server = calloc(1, sizeof *server);
  if (server == NULL) return PC_E_MEMORY;
  server->object = (pc_object){PC_OBJECT_PIPE, interrupt, destroy};
  server->listening = INVALID_HANDLE_VALUE;
  server->instances = clients + 1;
  server->name = pc_wide_copy(name, name_units);
  wchar_t *descriptor = pc_wide_copy(sddl, sddl_units);
  int32_t code = PC_E_ARGUMENT;
  if (server->name != NULL && descriptor != NULL && pc_is_pipe_name(server->name)) {
    code = open_server(server, descriptor, cause);
  }
  free(descriptor);
  if (code == PC_OK) code = pc_handle_create(&server->object, handle);
  if (code != PC_OK) destroy(&server->object);
  return code;
}

/* Hands the connected instance over only when the next one listens: without any, the name would be free. */
static int32_t hand_over(pipe_server *server, uint32_t timeout_ms, pc_handle *connection, pc_cause *cause) {
  HANDLE next = create_instance(server, 0);
  if (next == INVALID_HANDLE_VALUE) {
    if (GetLastError() != ERROR_PIPE_BUSY) return pc_fail_last(cause, "CreateNamedPipeW");
    DWORD wait_ms = timeout_ms < BUSY_WAIT_MS ? timeout_ms : BUSY_WAIT_MS;
    return WaitForSingleObject(server->stopped, wait_ms) == WAIT_OBJECT_0 ? PC_ENDED : PC_TIMEOUT;
  }
  HANDLE connected = server->listening;
  server->listening = next;
  int32_t code = listen(server, cause);
  int32_t created = pc_connection_create(connected, true, connection, cause);
  if (code != PC_OK && created == PC_OK) (void)pc_close(*connection);
  return code != PC_OK ? code : created;
}

static int32_t accept_once(pipe_server *server, uint32_t timeout_ms, pc_handle *connection, pc_cause *cause) {
  HANDLE handles[] = {server->stopped, server->connected};
  switch (WaitForMultipleObjects(2, handles, FALSE, timeout_ms)) {
    case WAIT_OBJECT_0: return PC_ENDED;
    case WAIT_OBJECT_0 + 1: return hand_over(server, timeout_ms, connection, cause);
    case WAIT_TIMEOUT: return PC_TIMEOUT;
    default: return pc_fail_last(cause, "WaitForMultipleObjects");
  }
}

int32_t pc_pipe_accept(pc_handle handle, uint32_t timeout_ms, pc_handle *connection, pc_cause *cause) {
  pc_cause_clear(cause);
  if (connection == NULL || timeout_ms == INFINITE) return PC_E_ARGUMENT;
  *connection = 0;
  pipe_server *server = (pipe_server *)pc_handle_enter(handle, PC_OBJECT_PIPE);
  if (server == NULL) return PC_E_HANDLE;
  int32_t code = PC_E_STATE;
  if (InterlockedIncrement(&server->callers) == 1) code = accept_once(server, timeout_ms, connection, cause);
  InterlockedDecrement(&server->callers);
  pc_handle_leave(handle);
  return code;
}

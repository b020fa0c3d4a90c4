/* One end of a pipe: reads and writes that are bounded in time and end when the handle is closed. */
#ifndef PC_PIPE_CONNECTION_H
#define PC_PIPE_CONNECTION_H

#include "../base/handle.h"

#include <stdbool.h>
#include <windows.h>

typedef struct pc_connection {
  pc_object object; /* first: this is what a handle names */
  HANDLE pipe;
  HANDLE stopped; /* set for good when the handle is closed */
  HANDLE read_done, write_done;
  OVERLAPPED writing;
  bool is_writing;
  bool is_server;
  bool has_read;
  volatile LONG readers, writers; /* calls in progress: one of each kind */
  uint8_t out[PC_PIPE_WRITE_BYTES];
} pc_connection;

/* Takes the pipe over, whatever comes of it. */
int32_t pc_connection_create(HANDLE pipe, bool is_server, pc_handle *handle, pc_cause *cause);

/* Whether `name` is \\.\pipe\ and something. */
bool pc_is_pipe_name(const wchar_t *name);

#endif

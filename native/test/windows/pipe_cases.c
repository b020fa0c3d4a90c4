#include "cases.h"

#include <sddl.h>
#include <string.h>
#include <wchar.h>

#define TEXT_ARGUMENT(text) (const uint16_t *)(text), (uint32_t)wcslen(text)
#define NAME L"\\\\.\\pipe\\problemchild-test-cases"
#define FOR_ADMINISTRATORS L"O:BAG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)"

static pc_cause cause = {.size = sizeof cause};

static pc_handle create(uint32_t clients) {
  pc_handle server = 0;
  CHECK(pc_pipe_create(TEXT_ARGUMENT(NAME), TEXT_ARGUMENT(FOR_ADMINISTRATORS), clients, &server, &cause) == PC_OK);
  return server;
}

static void refusals(void) {
  pc_handle server = 0, second = 0;
  CHECK(pc_pipe_create(TEXT_ARGUMENT(L"C:\\file"), TEXT_ARGUMENT(FOR_ADMINISTRATORS), 1, &server, &cause) == PC_E_ARGUMENT);
  CHECK(pc_pipe_create(TEXT_ARGUMENT(L"\\\\.\\pipe\\"), TEXT_ARGUMENT(FOR_ADMINISTRATORS), 1, &server, &cause) == PC_E_ARGUMENT);
  CHECK(pc_pipe_create(TEXT_ARGUMENT(NAME), TEXT_ARGUMENT(L"anybody"), 1, &server, &cause) == PC_E_SYSTEM);
  CHECK(pc_pipe_create(TEXT_ARGUMENT(NAME), TEXT_ARGUMENT(FOR_ADMINISTRATORS), 0, &server, &cause) == PC_E_ARGUMENT);
  CHECK(pc_pipe_connect(TEXT_ARGUMENT(NAME), 0, &server, &cause) == PC_E_NOT_FOUND);
  server = create(2);
  /* The name is taken: nobody serves beside the first. Wine knows no FILE_FLAG_FIRST_PIPE_INSTANCE. */
  if (GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") == NULL) {
    CHECK(pc_pipe_create(TEXT_ARGUMENT(NAME), TEXT_ARGUMENT(FOR_ADMINISTRATORS), 1, &second, &cause) == PC_E_ACCESS);
  }
  CHECK(pc_pipe_accept(server, 10, &second, &cause) == PC_TIMEOUT);
  CHECK(pc_close(server) == PC_OK);
  CHECK(pc_pipe_accept(server, 10, &second, &cause) == PC_E_HANDLE);
}

static void conversation(void) {
  pc_handle server = create(2), client = 0, served = 0;
  pc_pipe_caller_t caller = {.size = sizeof caller};
  static char big[PC_PIPE_WRITE_BYTES], buffer[PC_PIPE_WRITE_BYTES];
  uint32_t bytes = 0, total = 0;
  CHECK(pc_pipe_connect(TEXT_ARGUMENT(NAME), PATIENCE_MS, &client, &cause) == PC_OK);
  CHECK(pc_pipe_accept(server, PATIENCE_MS, &served, &cause) == PC_OK);
  CHECK(pc_pipe_read(served, buffer, sizeof buffer, 0, &bytes, &cause) == PC_TIMEOUT);
  CHECK(pc_pipe_caller(served, NULL, 0, &caller, &cause) == PC_E_STATE);
  CHECK(pc_pipe_write(client, "question", 8, 0, &cause) == PC_OK);
  CHECK(pc_pipe_read(served, buffer, sizeof buffer, PATIENCE_MS, &bytes, &cause) == PC_OK);
  CHECK(bytes == 8 && memcmp(buffer, "question", 8) == 0);

  CHECK(pc_pipe_caller(served, TEXT_ARGUMENT(L"S-1-5-32-545"), &caller, &cause) == PC_OK);
  CHECK(strncmp(caller.user_sid, "S-1-5-", 6) == 0);
  CHECK((caller.is & PC_CALLER_ADMINISTRATOR) != 0);
  CHECK(caller.pid == GetCurrentProcessId() || caller.pid == 0);
  caller.size = sizeof caller;
  CHECK(pc_pipe_caller(served, TEXT_ARGUMENT(L"S-1-5-21-1-2-3-4"), &caller, &cause) == PC_OK);
  CHECK((caller.is & PC_CALLER_IN_GROUP) == 0);
  caller.size = sizeof caller;
  CHECK(pc_pipe_caller(served, TEXT_ARGUMENT(L"nobody"), &caller, &cause) == PC_E_ARGUMENT);
  caller.size = sizeof caller;
  CHECK(pc_pipe_caller(client, NULL, 0, &caller, &cause) == PC_E_STATE);

  /* A client that does not read: one write is taken, one more waits in the buffers, then no more. */
  memset(big, 'x', sizeof big);
  int taken = 0;
  while (taken < 16 && pc_pipe_write(served, big, sizeof big, 0, &cause) == PC_OK) taken++;
  CHECK(taken >= 1 && taken < 16);
  CHECK(pc_pipe_write(served, NULL, 0, 10, &cause) == PC_TIMEOUT);
  while (total < (uint32_t)taken * sizeof big &&
         pc_pipe_read(client, buffer, sizeof buffer, PATIENCE_MS, &bytes, &cause) == PC_OK) {
    total += bytes;
  }
  CHECK(total == (uint32_t)taken * sizeof big);
  CHECK(pc_pipe_write(served, NULL, 0, PATIENCE_MS, &cause) == PC_OK);

  /* The last words arrive although the speaker has gone. */
  CHECK(pc_pipe_write(served, "bye", 3, 0, &cause) == PC_OK && pc_pipe_write(served, NULL, 0, PATIENCE_MS, &cause) == PC_OK);
  CHECK(pc_close(served) == PC_OK);
  CHECK(pc_pipe_read(client, buffer, sizeof buffer, PATIENCE_MS, &bytes, &cause) == PC_OK && bytes == 3);
  CHECK(pc_pipe_read(client, buffer, sizeof buffer, PATIENCE_MS, &bytes, &cause) == PC_ENDED);
  CHECK(pc_close(client) == PC_OK);
  CHECK(pc_close(server) == PC_OK);
}

/* A pipe that is closed to administrators, or not theirs, is no agent's. */
static void foreigners(void) {
  static const wchar_t *const closed = L"D:(D;;GA;;;BA)(D;;GA;;;SY)(D;;GA;;;WD)";
  pc_handle client = 0;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorW(closed, SDDL_REVISION_1, &descriptor, NULL));
  SECURITY_ATTRIBUTES attributes = {sizeof attributes, descriptor, FALSE};
  HANDLE pipe = CreateNamedPipeW(NAME, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, &attributes);
  CHECK(pipe != INVALID_HANDLE_VALUE);
  LocalFree(descriptor);
  int32_t code = pc_pipe_connect(TEXT_ARGUMENT(NAME), 0, &client, &cause);
  CHECK(code == PC_E_OWNER);
  if (code == PC_OK) pc_close(client);
  CloseHandle(pipe);
}

enum { AT_ONCE = 10 };

static void bounds(void) {
  pc_handle server = create(1), clients[2] = {0, 0}, served = 0, next = 0;
  CHECK(pc_pipe_connect(TEXT_ARGUMENT(NAME), PATIENCE_MS, &clients[0], &cause) == PC_OK);
  CHECK(pc_pipe_accept(server, PATIENCE_MS, &served, &cause) == PC_OK);
  CHECK(pc_pipe_connect(TEXT_ARGUMENT(NAME), PATIENCE_MS, &clients[1], &cause) == PC_OK);
  CHECK(pc_pipe_accept(server, 10, &next, &cause) == PC_TIMEOUT);
  ULONGLONG begun = GetTickCount64();
  for (int i = 0; i < AT_ONCE; i++) CHECK(pc_pipe_accept(server, 0, &next, &cause) == PC_TIMEOUT);
  CHECK(GetTickCount64() - begun < AT_ONCE * 50 / 2);
  CHECK(pc_close(served) == PC_OK);
  CHECK(pc_pipe_accept(server, PATIENCE_MS, &next, &cause) == PC_OK);
  pc_close(next);
  pc_close(clients[0]);
  pc_close(clients[1]);
  pc_close(server);
}

enum { WAITING_MS = 2 * PATIENCE_MS };

typedef struct waiting {
  pc_handle handle;
  int32_t code;
} waiting;

static DWORD WINAPI wait_for_client(LPVOID parameter) {
  waiting *w = parameter;
  pc_handle connection;
  w->code = pc_pipe_accept(w->handle, WAITING_MS, &connection, NULL);
  return 0;
}

static DWORD WINAPI wait_for_words(LPVOID parameter) {
  waiting *w = parameter;
  char byte;
  uint32_t bytes;
  w->code = pc_pipe_read(w->handle, &byte, 1, WAITING_MS, &bytes, NULL);
  return 0;
}

/* Closing a handle ends the calls that wait on it. False where a thread called only after that. */
static bool end_waiting(void) {
  pc_handle server = create(1), client = 0, served = 0;
  CHECK(pc_pipe_connect(TEXT_ARGUMENT(NAME), PATIENCE_MS, &client, &cause) == PC_OK);
  CHECK(pc_pipe_accept(server, PATIENCE_MS, &served, &cause) == PC_OK);
  waiting accepting = {server, 0}, hearing = {served, 0};
  HANDLE threads[] = {CreateThread(NULL, 0, wait_for_client, &accepting, 0, NULL),
                      CreateThread(NULL, 0, wait_for_words, &hearing, 0, NULL)};
  Sleep(100);
  CHECK(pc_close(served) == PC_OK && pc_close(server) == PC_OK);
  CHECK(WaitForMultipleObjects(2, threads, TRUE, WAITING_MS / 2) == WAIT_OBJECT_0);
  CHECK(accepting.code == PC_ENDED || accepting.code == PC_E_HANDLE);
  CHECK(hearing.code == PC_ENDED || hearing.code == PC_E_HANDLE);
  CloseHandle(threads[0]);
  CloseHandle(threads[1]);
  pc_close(client);
  return accepting.code == PC_ENDED && hearing.code == PC_ENDED;
}

static void endings(void) {
  int tries = 1;
  while (!end_waiting() && tries < 100) tries++;
  CHECK(tries < 100);
}

void pipe_cases(void) {
  refusals();
  conversation();
  bounds();
  foreigners();
  endings();
}

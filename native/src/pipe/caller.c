/* Who is at the other end of a pipe, by the token that Windows lends the server for asking. */
#include "../base/cause.h"
#include "../base/system.h"
#include "../decode/text.h"
#include "connection.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { ACCOUNT_UNITS = 256, TOKEN_USER_BYTES = sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE };

/* The client's token; the thread is its own again when this returns. */
static int32_t borrow_token(HANDLE pipe, HANDLE *token, pc_cause *cause) {
  if (!ImpersonateNamedPipeClient(pipe)) return pc_fail_last(cause, "ImpersonateNamedPipeClient");
  BOOL opened = OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, token);
  DWORD error = GetLastError();
  /* A thread that stays somebody else would do the agent's work in their name. */
  if (!RevertToSelf()) TerminateProcess(GetCurrentProcess(), ERROR_CANNOT_IMPERSONATE);
  return opened ? PC_OK : pc_fail_win32(cause, "OpenThreadToken", error);
}

static int32_t ask_membership(HANDLE token, PSID group, uint32_t bit, pc_pipe_caller_t *caller, pc_cause *cause) {
  BOOL member = FALSE;
  if (!CheckTokenMembership(token, group, &member)) return pc_fail_last(cause, "CheckTokenMembership");
  if (member) caller->is |= bit;
  return PC_OK;
}

static void name_account(PSID sid, pc_pipe_caller_t *caller) {
  wchar_t name[ACCOUNT_UNITS], domain[ACCOUNT_UNITS], full[2 * ACCOUNT_UNITS];
  DWORD name_units = ACCOUNT_UNITS, domain_units = ACCOUNT_UNITS;
  SID_NAME_USE use;
  if (!LookupAccountSidW(NULL, sid, name, &name_units, domain, &domain_units, &use)) return;
  int units = swprintf(full, 2 * ACCOUNT_UNITS, domain[0] == 0 ? L"%ls%ls" : L"%ls\\%ls", domain, name);
  if (units <= 0 || units >= ACCOUNT_UNITS) return;
  memcpy(caller->account, full, (size_t)units * sizeof *full);
  caller->account_units = (uint32_t)units;
}

static int32_t read_token(HANDLE token, PSID group, pc_pipe_caller_t *caller, pc_cause *cause) {
  union {
    TOKEN_USER user;
    uint8_t bytes[TOKEN_USER_BYTES];
  } info;
  DWORD length = 0;
  uint8_t administrators[SECURITY_MAX_SID_SIZE];
  DWORD administrators_bytes = sizeof administrators;
  if (!GetTokenInformation(token, TokenUser, &info, sizeof info, &length)) {
    return pc_fail_last(cause, "GetTokenInformation");
  }
  PSID user = info.user.User.Sid;
  (void)pc_sid_to_text((pc_span){(const uint8_t *)user, GetLengthSid(user)}, caller->user_sid);
  if (!CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, administrators, &administrators_bytes)) {
    return pc_fail_last(cause, "CreateWellKnownSid");
  }
  int32_t code = ask_membership(token, administrators, PC_CALLER_ADMINISTRATOR, caller, cause);
  if (code == PC_OK && group != NULL) code = ask_membership(token, group, PC_CALLER_IN_GROUP, caller, cause);
  if (code == PC_OK) name_account(user, caller);
  return code;
}

static int32_t identify(pc_connection *c, PSID group, pc_pipe_caller_t *caller, pc_cause *cause) {
  HANDLE token;
  ULONG pid = 0;
  if (!c->is_server || !c->has_read) return PC_E_STATE;
  int32_t code = borrow_token(c->pipe, &token, cause);
  if (code != PC_OK) return code;
  code = read_token(token, group, caller, cause);
  CloseHandle(token);
  if (GetNamedPipeClientProcessId(c->pipe, &pid)) caller->pid = pid;
  return code;
}

int32_t pc_pipe_caller(pc_handle connection, const uint16_t *group, uint32_t group_units, pc_pipe_caller_t *caller,
                       pc_cause *cause) {
  pc_cause_clear(cause);
  if (caller == NULL || caller->size < sizeof *caller) return PC_E_ARGUMENT;
  *caller = (pc_pipe_caller_t){.size = sizeof *caller};
  PSID sid = NULL;
  if (group != NULL) {
    wchar_t *text = pc_wide_copy(group, group_units);
    bool is_sid = text != NULL && ConvertStringSidToSidW(text, &sid);
    free(text);
    if (!is_sid) return PC_E_ARGUMENT;
  }
  pc_connection *c = (pc_connection *)pc_handle_enter(connection, PC_OBJECT_CONNECTION);
  int32_t code = PC_E_HANDLE;
  if (c != NULL) {
    code = identify(c, sid, caller, cause);
    pc_handle_leave(connection);
  }
  if (sid != NULL) LocalFree(sid);
  return code;
}

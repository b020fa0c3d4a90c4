/* What an installer's tables cannot say about a service: recovery, privileges, its SID, who may do what with it. */
#include "../base/cause.h"
#include "../base/system.h"
#include "problemchild.h"
#include "scm_api.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>

/* One request of ChangeServiceConfig2; a level that this Windows does not know is noted, not failed. */
typedef struct target {
  pc_scm_api api;
  SC_HANDLE service;
  uint32_t unknown;
  pc_cause *cause;
} target;

static int32_t note(target *to, uint32_t setting, const char *api, DWORD error) {
  if (error == ERROR_SUCCESS) return PC_OK;
  if (error == ERROR_INVALID_LEVEL || error == ERROR_CALL_NOT_IMPLEMENTED || error == ERROR_NOT_SUPPORTED) {
    to->unknown |= setting;
    return PC_OK;
  }
  return pc_fail_win32(to->cause, api, error);
}

static int32_t change(target *to, uint32_t setting, DWORD level, void *value) {
  DWORD error = to->api.change_more(to->service, level, value) ? ERROR_SUCCESS : GetLastError();
  return note(to, setting, "ChangeServiceConfig2W", error);
}

/* The texts of a request; the list of privileges is terminated twice. */
typedef struct texts {
  wchar_t *name, *command, *privileges, *access;
} texts;

static int32_t set_start(target *to, const pc_service_options *options, const wchar_t *command) {
  if (!to->api.change(to->service, SERVICE_NO_CHANGE, options->start_type, SERVICE_NO_CHANGE, command, NULL, NULL, NULL,
                      NULL, NULL, NULL)) {
    return pc_fail_last(to->cause, "ChangeServiceConfigW");
  }
  if (options->start_type != SERVICE_AUTO_START) return PC_OK;
  SERVICE_DELAYED_AUTO_START_INFO delayed = {options->delayed != 0};
  return change(to, PC_SERVICE_START_TYPE, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed);
}

static int32_t set_recovery(target *to, const pc_service_options *options) {
  SC_ACTION actions[3];
  for (int i = 0; i < 3; i++) actions[i] = (SC_ACTION){SC_ACTION_RESTART, options->restart_ms[i]};
  SERVICE_FAILURE_ACTIONSW failure = {.dwResetPeriod = options->failure_reset_s, .cActions = 3, .lpsaActions = actions};
  SERVICE_FAILURE_ACTIONS_FLAG on_errors = {TRUE};
  int32_t code = change(to, PC_SERVICE_FAILURE_ACTIONS, SERVICE_CONFIG_FAILURE_ACTIONS, &failure);
  if (code != PC_OK) return code;
  return change(to, PC_SERVICE_FAILURE_FLAG, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &on_errors);
}

static int32_t set_identity(target *to, wchar_t *privileges) {
  SERVICE_SID_INFO sid = {SERVICE_SID_TYPE_UNRESTRICTED};
  SERVICE_REQUIRED_PRIVILEGES_INFOW required = {privileges};
  int32_t code = change(to, PC_SERVICE_SID, SERVICE_CONFIG_SERVICE_SID_INFO, &sid);
  if (code != PC_OK) return code;
  return change(to, PC_SERVICE_PRIVILEGES, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &required);
}

static int32_t set_access(target *to, const wchar_t *sddl) {
  PSECURITY_DESCRIPTOR descriptor = NULL;
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, &descriptor, NULL)) {
    return pc_fail_last(to->cause, "ConvertStringSecurityDescriptorToSecurityDescriptorW");
  }
  BOOL set = to->api.set_security(to->service, DACL_SECURITY_INFORMATION, descriptor);
  DWORD error = set ? ERROR_SUCCESS : GetLastError();
  LocalFree(descriptor);
  return note(to, PC_SERVICE_ACCESS, "SetServiceObjectSecurity", error);
}

static int32_t configure(target *to, const pc_service_options *options, const texts *given) {
  SERVICE_PRESHUTDOWN_INFO preshutdown = {options->preshutdown_ms};
  int32_t code = set_start(to, options, given->command);
  if (code == PC_OK) code = set_recovery(to, options);
  if (code == PC_OK) code = change(to, PC_SERVICE_PRESHUTDOWN, SERVICE_CONFIG_PRESHUTDOWN_INFO, &preshutdown);
  if (code == PC_OK) code = set_identity(to, given->privileges);
  /* Last: it may take the right to do the rest away. */
  return code == PC_OK ? set_access(to, given->access) : code;
}

static int32_t open_and_configure(target *to, const pc_service_options *options, const texts *given) {
  if (!pc_scm_functions(&to->api)) return pc_fail_last(to->cause, "GetProcAddress");
  SC_HANDLE controller = to->api.open_controller(NULL, NULL, SC_MANAGER_CONNECT);
  if (controller == NULL) return pc_fail_last(to->cause, "OpenSCManagerW");
  /* Restart actions ask for the right to start it as well. */
  to->service = to->api.open_service(controller, given->name,
                                     SERVICE_CHANGE_CONFIG | SERVICE_START | WRITE_DAC | READ_CONTROL);
  int32_t code = PC_OK;
  if (to->service == NULL) {
    code = pc_fail_last(to->cause, "OpenServiceW");
  } else {
    code = configure(to, options, given);
    to->api.close(to->service);
  }
  to->api.close(controller);
  return code;
}

/* `a,b` as Windows wants it: each name terminated, and once more at the end. */
static wchar_t *copy_list(const uint16_t *text, uint32_t units) {
  wchar_t *names = pc_wide_copy(text, units);
  wchar_t *list = names == NULL ? NULL : calloc((size_t)units + 2, sizeof *list);
  for (uint32_t i = 0; list != NULL && i < units; i++) list[i] = names[i] == L',' ? 0 : names[i];
  free(names);
  return list;
}

int32_t pc_service_configure(const uint16_t *name, uint32_t name_units, const pc_service_options *options,
                             const uint16_t *command, uint32_t command_units, const uint16_t *privileges,
                             uint32_t privileges_units, const uint16_t *access, uint32_t access_units,
                             uint32_t *unknown, pc_cause *cause) {
  pc_cause_clear(cause);
  bool is_known = options != NULL && options->size >= sizeof *options && options->start_type >= SERVICE_AUTO_START &&
                  options->start_type <= SERVICE_DISABLED;
  if (!is_known || unknown == NULL) return PC_E_ARGUMENT;
  texts given = {pc_wide_copy(name, name_units), pc_wide_copy(command, command_units),
                 copy_list(privileges, privileges_units), pc_wide_copy(access, access_units)};
  target to = {.cause = cause};
  bool complete = given.name != NULL && given.command != NULL && given.privileges != NULL && given.access != NULL;
  int32_t code = complete ? open_and_configure(&to, options, &given) : PC_E_ARGUMENT;
  *unknown = to.unknown;
  free(given.name);
  free(given.command);
  free(given.privileges);
  free(given.access);
  return code;
}

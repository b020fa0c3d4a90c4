#include "scm_api.h"

#include "../base/system.h"

bool pc_scm_functions(pc_scm_api *api) {
  const pc_import imports[] = {{"OpenSCManagerW", &api->open_controller},
                               {"OpenServiceW", &api->open_service},
                               {"ChangeServiceConfigW", &api->change},
                               {"ChangeServiceConfig2W", &api->change_more},
                               {"SetServiceObjectSecurity", &api->set_security},
                               {"CloseServiceHandle", &api->close}};
  return pc_import_all(L"advapi32.dll", PC_DOUBLE(L"PC_DOUBLE_SERVICES"), imports, sizeof imports / sizeof *imports);
}

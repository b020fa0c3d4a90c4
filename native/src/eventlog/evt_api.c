#include "evt_api.h"

#include "../base/system.h"

bool pc_evt_functions(pc_evt_api *api) {
  const pc_import imports[] = {{"EvtSubscribe", &api->subscribe},
                               {"EvtQuery", &api->query},
                               {"EvtNext", &api->next},
                               {"EvtRender", &api->render},
                               {"EvtCreateRenderContext", &api->create_context},
                               {"EvtCreateBookmark", &api->create_bookmark},
                               {"EvtUpdateBookmark", &api->update_bookmark},
                               {"EvtClose", &api->close},
                               {"EvtOpenLog", &api->open_log},
                               {"EvtGetLogInfo", &api->log_info},
                               {"EvtOpenChannelConfig", &api->open_config},
                               {"EvtGetChannelConfigProperty", &api->config_property}};
  return pc_import_all(L"wevtapi.dll", PC_DOUBLE(L"PC_DOUBLE_EVENTLOG"), imports, sizeof imports / sizeof *imports);
}

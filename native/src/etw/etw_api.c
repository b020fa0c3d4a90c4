#include "etw_api.h"

#include "../base/system.h"

bool pc_etw_functions(pc_etw_api *api) {
  const pc_import imports[] = {{"StartTraceW", &api->start},        {"ControlTraceW", &api->control},
                               {"EnableTraceEx2", &api->enable},    {"OpenTraceW", &api->open},
                               {"ProcessTrace", &api->process},     {"CloseTrace", &api->close}};
  return pc_import_all(L"advapi32.dll", PC_DOUBLE(L"PC_DOUBLE_ETW"), imports, sizeof imports / sizeof *imports);
}

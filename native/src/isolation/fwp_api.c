#include "fwp_api.h"

#include "../base/system.h"

bool pc_fwp_functions(pc_fwp_api *api) {
  const pc_import imports[] = {{"FwpmEngineOpen0", &api->open},
                               {"FwpmEngineClose0", &api->close},
                               {"FwpmTransactionBegin0", &api->begin},
                               {"FwpmTransactionCommit0", &api->commit},
                               {"FwpmTransactionAbort0", &api->abort},
                               {"FwpmProviderAdd0", &api->add_provider},
                               {"FwpmProviderDeleteByKey0", &api->delete_provider},
                               {"FwpmSubLayerAdd0", &api->add_sub_layer},
                               {"FwpmSubLayerDeleteByKey0", &api->delete_sub_layer},
                               {"FwpmFilterAdd0", &api->add_filter},
                               {"FwpmFilterDeleteByKey0", &api->delete_filter},
                               {"FwpmFilterCreateEnumHandle0", &api->begin_list},
                               {"FwpmFilterEnum0", &api->list},
                               {"FwpmFilterDestroyEnumHandle0", &api->end_list},
                               {"FwpmFreeMemory0", &api->free_memory}};
  return pc_import_all(L"fwpuclnt.dll", PC_DOUBLE(L"PC_DOUBLE_FIREWALL"), imports, sizeof imports / sizeof *imports);
}

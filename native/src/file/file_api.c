#include "file_api.h"

#include "../base/system.h"

static pc_file_api api;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static BOOL CALLBACK load(PINIT_ONCE init, PVOID parameter, PVOID *context) {
  (void)init, (void)parameter, (void)context;
  const pc_import bcrypt[] = {{"BCryptOpenAlgorithmProvider", &api.open_algorithm},
                              {"BCryptCreateHash", &api.create_hash},
                              {"BCryptHashData", &api.hash_data},
                              {"BCryptFinishHash", &api.finish_hash},
                              {"BCryptDestroyHash", &api.destroy_hash}};
  const pc_import version[] = {{"GetFileVersionInfoSizeW", &api.version_size},
                               {"GetFileVersionInfoW", &api.version_read},
                               {"VerQueryValueW", &api.version_value}};
  const pc_import trust[] = {{"WinVerifyTrust", &api.verify_trust},
                             {"WTHelperProvDataFromStateData", &api.trust_data},
                             {"WTHelperGetProvSignerFromChain", &api.trust_signer}};
  const pc_import certificates[] = {{"CertGetNameStringW", &api.cert_name},
                                    {"CertVerifyCertificateChainPolicy", &api.chain_policy}};
  const pc_import catalog[] = {{"CryptCATAdminAcquireContext2", &api.catalog_open},
                               {"CryptCATAdminCalcHashFromFileHandle2", &api.catalog_hash},
                               {"CryptCATAdminEnumCatalogFromHash", &api.catalog_find},
                               {"CryptCATCatalogInfoFromContext", &api.catalog_path},
                               {"CryptCATAdminReleaseCatalogContext", &api.catalog_leave},
                               {"CryptCATAdminReleaseContext", &api.catalog_close}};
  api.has_bcrypt = pc_import_all(L"bcrypt.dll", NULL, bcrypt, COUNT(bcrypt));
  api.has_version = pc_import_all(L"version.dll", NULL, version, COUNT(version));
  api.has_trust = pc_import_all(L"wintrust.dll", NULL, trust, COUNT(trust)) &&
                  pc_import_all(L"crypt32.dll", NULL, certificates, COUNT(certificates));
  api.has_catalog = api.has_trust && pc_import_all(L"wintrust.dll", PC_DOUBLE(L"PC_DOUBLE_CATALOG"), catalog, COUNT(catalog));
  return TRUE;
}

const pc_file_api *pc_file_functions(void) {
  (void)InitOnceExecuteOnce(&once, load, NULL, NULL);
  return &api;
}

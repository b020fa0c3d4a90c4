#include "file_api.h"
#include "file_facts.h"

#include <string.h>
#include <wchar.h>

enum { LONGEST_CATALOG_HASH = 64 };

static uint32_t status_of(LONG trust) {
  switch ((uint32_t)trust) {
    case 0: return PC_SIGNATURE_TRUSTED;
    case (uint32_t)TRUST_E_NOSIGNATURE:
    case (uint32_t)TRUST_E_SUBJECT_FORM_UNKNOWN:
    case (uint32_t)TRUST_E_PROVIDER_UNKNOWN: return PC_SIGNATURE_NONE;
    case (uint32_t)CERT_E_EXPIRED: return PC_SIGNATURE_EXPIRED;
    case (uint32_t)CERT_E_REVOKED:
    case (uint32_t)TRUST_E_EXPLICIT_DISTRUST: return PC_SIGNATURE_REVOKED;
    case (uint32_t)TRUST_E_BAD_DIGEST: return PC_SIGNATURE_BAD_DIGEST;
    case (uint32_t)CERT_E_UNTRUSTEDROOT:
    case (uint32_t)CERT_E_CHAINING:
    case (uint32_t)CERT_E_WRONG_USAGE:
    case (uint32_t)CERT_E_PURPOSE:
    case (uint32_t)TRUST_E_SUBJECT_NOT_TRUSTED:
    case (uint32_t)TRUST_E_CERT_SIGNATURE:
    case (uint32_t)CRYPT_E_SECURITY_SETTINGS: return PC_SIGNATURE_UNTRUSTED;
    default: return PC_SIGNATURE_ERROR;
  }
}

static void read_signer(const pc_file_api *api, HANDLE state, pc_file_facts *facts) {
  CRYPT_PROVIDER_DATA *data = api->trust_data(state);
  CRYPT_PROVIDER_SGNR *signer = data != NULL ? api->trust_signer(data, 0, FALSE, 0) : NULL;
  if (signer == NULL || signer->csCertChain == 0 || signer->pasCertChain == NULL) return;
  wchar_t name[sizeof facts->signer / sizeof *facts->signer];
  DWORD units = api->cert_name(signer->pasCertChain[0].pCert, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, NULL, name,
                               sizeof name / sizeof *name);
  if (units > 1) memcpy(facts->signer, name, units * sizeof *name);
  if (signer->pChainContext == NULL) return;
  CERT_CHAIN_POLICY_PARA question = {.cbSize = sizeof question};
  CERT_CHAIN_POLICY_STATUS answer = {.cbSize = sizeof answer};
  facts->microsoft_root =
      api->chain_policy(CERT_CHAIN_POLICY_MICROSOFT_ROOT, signer->pChainContext, &question, &answer) &&
      answer.dwError == 0;
}

/* Without user interface and without network: revocation is what the machine already knows. */
static uint32_t verify(const pc_file_api *api, WINTRUST_DATA *data, pc_file_facts *facts) {
  GUID policy = WINTRUST_ACTION_GENERIC_VERIFY_V2;
  data->cbStruct = sizeof *data;
  data->dwUIChoice = WTD_UI_NONE;
  data->fdwRevocationChecks = WTD_REVOKE_NONE;
  data->dwProvFlags = WTD_CACHE_ONLY_URL_RETRIEVAL;
  data->dwStateAction = WTD_STATEACTION_VERIFY;
  uint32_t status = status_of(api->verify_trust(INVALID_HANDLE_VALUE, &policy, data));
  if (status != PC_SIGNATURE_NONE && data->hWVTStateData != NULL) {
    read_signer(api, data->hWVTStateData, facts);
  }
  data->dwStateAction = WTD_STATEACTION_CLOSE;
  (void)api->verify_trust(INVALID_HANDLE_VALUE, &policy, data);
  facts->microsoft_root = facts->microsoft_root && status == PC_SIGNATURE_TRUSTED;
  return status;
}

static uint32_t verify_embedded(const pc_file_api *api, const wchar_t *path, HANDLE file,
                                pc_file_facts *facts) {
  WINTRUST_FILE_INFO info = {.cbStruct = sizeof info, .pcwszFilePath = path, .hFile = file};
  WINTRUST_DATA data = {.dwUnionChoice = WTD_CHOICE_FILE, .pFile = &info};
  return verify(api, &data, facts);
}

static uint32_t verify_in_catalog(const pc_file_api *api, const wchar_t *path, HANDLE file,
                                  HCATADMIN admin, pc_file_facts *facts) {
  BYTE hash[LONGEST_CATALOG_HASH];
  DWORD bytes = sizeof hash;
  if (!api->catalog_hash(admin, file, &bytes, hash, 0)) return PC_SIGNATURE_ERROR;
  SetLastError(ERROR_SUCCESS);
  HCATINFO catalog = api->catalog_find(admin, hash, bytes, 0, NULL);
  /* A catalog service that cannot be asked has no catalog to show either. */
  if (catalog == NULL) return GetLastError() == ERROR_NOT_FOUND ? PC_SIGNATURE_NONE : PC_SIGNATURE_ERROR;
  uint32_t status = PC_SIGNATURE_ERROR;
  CATALOG_INFO where = {.cbStruct = sizeof where};
  if (api->catalog_path(catalog, &where, 0)) {
    wchar_t tag[2 * LONGEST_CATALOG_HASH + 1];
    for (DWORD i = 0; i < bytes; i++) (void)swprintf(tag + (size_t)2 * i, 3, L"%02X", hash[i]);
    WINTRUST_CATALOG_INFO info = {.cbStruct = sizeof info,
                                  .pcwszCatalogFilePath = where.wszCatalogFile,
                                  .pcwszMemberTag = tag,
                                  .pcwszMemberFilePath = path,
                                  .hMemberFile = file,
                                  .pbCalculatedFileHash = hash,
                                  .cbCalculatedFileHash = bytes,
                                  .hCatAdmin = admin};
    WINTRUST_DATA data = {.dwUnionChoice = WTD_CHOICE_CATALOG, .pCatalog = &info};
    status = verify(api, &data, facts);
    if (status == PC_SIGNATURE_NONE) status = PC_SIGNATURE_ERROR; /* its hash is listed there */
    facts->from_catalog = 1;
  }
  api->catalog_leave(admin, catalog, 0);
  return status;
}

/* Catalogs list files by SHA-256 since Windows 8, by SHA-1 (NULL) before. None lists it when all could be asked. */
static uint32_t verify_catalogs(const pc_file_api *api, const wchar_t *path, HANDLE file,
                                pc_file_facts *facts) {
  static const wchar_t *const algorithms[] = {BCRYPT_SHA256_ALGORITHM, NULL};
  uint32_t otherwise = PC_SIGNATURE_NONE;
  for (int i = 0; i < 2; i++) {
    HCATADMIN admin = NULL;
    uint32_t status = PC_SIGNATURE_ERROR;
    if (api->catalog_open(&admin, NULL, algorithms[i], NULL, 0)) {
      status = verify_in_catalog(api, path, file, admin, facts);
      api->catalog_close(admin, 0);
    }
    if (status == PC_SIGNATURE_ERROR) otherwise = PC_SIGNATURE_ERROR;
    else if (status != PC_SIGNATURE_NONE) return status;
  }
  return otherwise;
}

uint32_t pc_signature_of(const wchar_t *path, HANDLE file, pc_file_facts *facts) {
  const pc_file_api *api = pc_file_functions();
  facts->signature = PC_SIGNATURE_ERROR;
  facts->from_catalog = facts->microsoft_root = 0;
  facts->signer[0] = 0;
  if (!api->has_trust) return PC_FAILED;
  facts->signature = verify_embedded(api, path, file, facts);
  if (facts->signature == PC_SIGNATURE_NONE) {
    facts->signature = api->has_catalog ? verify_catalogs(api, path, file, facts) : PC_SIGNATURE_ERROR;
  }
  return facts->signature == PC_SIGNATURE_ERROR ? PC_FAILED : PC_CAPTURED;
}

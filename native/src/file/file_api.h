/* System functions for files' hashes, versions and signatures, loaded from System32 at first use:
   only DLLs that Windows itself maps from there (KnownDLLs) are imported by the library's header. */
#ifndef PC_FILE_FILE_API_H
#define PC_FILE_FILE_API_H

#include <stdbool.h>
#include <windows.h>
#include <bcrypt.h>
#include <wincrypt.h>
#include <wintrust.h>
#include <softpub.h>
#include <mscat.h>

typedef struct pc_file_api {
  bool has_bcrypt, has_version, has_trust, has_catalog;
  NTSTATUS(WINAPI *open_algorithm)(BCRYPT_ALG_HANDLE *, LPCWSTR, LPCWSTR, ULONG);
  NTSTATUS(WINAPI *create_hash)(BCRYPT_ALG_HANDLE, BCRYPT_HASH_HANDLE *, PUCHAR, ULONG, PUCHAR, ULONG, ULONG);
  NTSTATUS(WINAPI *hash_data)(BCRYPT_HASH_HANDLE, PUCHAR, ULONG, ULONG);
  NTSTATUS(WINAPI *finish_hash)(BCRYPT_HASH_HANDLE, PUCHAR, ULONG, ULONG);
  NTSTATUS(WINAPI *destroy_hash)(BCRYPT_HASH_HANDLE);
  DWORD(WINAPI *version_size)(LPCWSTR, LPDWORD);
  BOOL(WINAPI *version_read)(LPCWSTR, DWORD, DWORD, LPVOID);
  BOOL(WINAPI *version_value)(LPCVOID, LPCWSTR, LPVOID *, PUINT);
  LONG(WINAPI *verify_trust)(HWND, GUID *, LPVOID);
  CRYPT_PROVIDER_DATA *(WINAPI *trust_data)(HANDLE);
  CRYPT_PROVIDER_SGNR *(WINAPI *trust_signer)(CRYPT_PROVIDER_DATA *, DWORD, BOOL, DWORD);
  DWORD(WINAPI *cert_name)(PCCERT_CONTEXT, DWORD, DWORD, void *, LPWSTR, DWORD);
  BOOL(WINAPI *chain_policy)(LPCSTR, PCCERT_CHAIN_CONTEXT, PCERT_CHAIN_POLICY_PARA, PCERT_CHAIN_POLICY_STATUS);
  BOOL(WINAPI *catalog_open)(HCATADMIN *, const GUID *, const WCHAR *, const CERT_STRONG_SIGN_PARA *, DWORD);
  BOOL(WINAPI *catalog_hash)(HCATADMIN, HANDLE, DWORD *, BYTE *, DWORD);
  HCATINFO(WINAPI *catalog_find)(HCATADMIN, BYTE *, DWORD, DWORD, HCATINFO *);
  BOOL(WINAPI *catalog_path)(HCATINFO, CATALOG_INFO *, DWORD);
  BOOL(WINAPI *catalog_leave)(HCATADMIN, HCATINFO, DWORD);
  BOOL(WINAPI *catalog_close)(HCATADMIN, DWORD);
} pc_file_api;

const pc_file_api *pc_file_functions(void);

#endif

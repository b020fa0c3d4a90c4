#include "file_api.h"
#include "file_facts.h"

#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 18 };

static BCRYPT_ALG_HANDLE sha256_algorithm;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK open_algorithm(PINIT_ONCE init, PVOID parameter, PVOID *context) {
  (void)init, (void)parameter, (void)context;
  const pc_file_api *api = pc_file_functions();
  if (api->has_bcrypt &&
      api->open_algorithm(&sha256_algorithm, BCRYPT_SHA256_ALGORITHM, NULL, 0) != 0) {
    sha256_algorithm = NULL;
  }
  return TRUE;
}

static bool hash_chunks(const pc_file_api *api, HANDLE file, BCRYPT_HASH_HANDLE hash, uint8_t *chunk) {
  for (;;) {
    DWORD got = 0;
    if (!ReadFile(file, chunk, CHUNK_BYTES, &got, NULL)) return false;
    if (got == 0) return true;
    if (api->hash_data(hash, chunk, got, 0) != 0) return false;
  }
}

bool pc_hash_file(HANDLE file, uint8_t sha256[32]) {
  const pc_file_api *api = pc_file_functions();
  BCRYPT_HASH_HANDLE hash = NULL;
  (void)InitOnceExecuteOnce(&once, open_algorithm, NULL, NULL);
  if (sha256_algorithm == NULL || !SetFilePointerEx(file, (LARGE_INTEGER){.QuadPart = 0}, NULL, FILE_BEGIN)) {
    return false;
  }
  uint8_t *chunk = malloc(CHUNK_BYTES);
  if (chunk == NULL) return false;
  bool done = api->create_hash(sha256_algorithm, &hash, NULL, 0, NULL, 0, 0) == 0;
  if (done) {
    done = hash_chunks(api, file, hash, chunk) && api->finish_hash(hash, sha256, 32, 0) == 0;
    api->destroy_hash(hash);
  }
  free(chunk);
  return done;
}

/* For how long what was found out about a file holds. */
#include "../src/file/file_cache.h"
#include "check.h"

#include <stdlib.h>

enum { ALL = PC_PART_HASH | PC_PART_VERSION | PC_PART_SIGNATURE };
static const uint64_t second_us = 1000000, asked_us = 5000000;

static pc_file_cache cache;

static pc_known_file known(uint64_t index, uint32_t version_is, uint32_t signature_is, uint32_t signature) {
  return (pc_known_file){.of = {.index = index},
                         .parts = ALL,
                         .version_us = asked_us,
                         .signature_is = signature_is,
                         .signature_us = asked_us,
                         .facts = {.sha256_is = PC_CAPTURED, .version_is = version_is, .signature = signature}};
}

/* The parts that still hold so many seconds after they were asked for. */
static uint32_t parts_after(const pc_known_file *file, uint64_t seconds) {
  pc_known_file found = {.parts = 0};
  pc_file_cache_keep(&cache, file);
  CHECK(pc_file_cache_find(&cache, &file->of, asked_us + seconds * second_us, &found));
  return found.parts;
}

static void holding(void) {
  pc_known_file trusted = known(1, PC_CAPTURED, PC_CAPTURED, PC_SIGNATURE_TRUSTED);
  CHECK_EQUAL(parts_after(&trusted, 1000000), ALL);
  pc_known_file unsigned_file = known(2, PC_ABSENT, PC_CAPTURED, PC_SIGNATURE_NONE);
  CHECK_EQUAL(parts_after(&unsigned_file, 599), ALL);
  CHECK_EQUAL(parts_after(&unsigned_file, 600), ALL & ~PC_PART_SIGNATURE);
  pc_known_file untrusted = known(3, PC_CAPTURED, PC_CAPTURED, PC_SIGNATURE_UNTRUSTED);
  CHECK_EQUAL(parts_after(&untrusted, 600), ALL & ~PC_PART_SIGNATURE);
  pc_known_file undecided = known(4, PC_CAPTURED, PC_FAILED, PC_SIGNATURE_ERROR);
  CHECK_EQUAL(parts_after(&undecided, 59), ALL);
  CHECK_EQUAL(parts_after(&undecided, 60), ALL & ~PC_PART_SIGNATURE);
  pc_known_file unread = known(5, PC_FAILED, PC_CAPTURED, PC_SIGNATURE_TRUSTED);
  CHECK_EQUAL(parts_after(&unread, 59), ALL);
  CHECK_EQUAL(parts_after(&unread, 60), ALL & ~PC_PART_VERSION);
}

static void identity(void) {
  pc_known_file file = known(6, PC_CAPTURED, PC_CAPTURED, PC_SIGNATURE_TRUSTED), found = {.parts = 0};
  pc_file_cache_keep(&cache, &file);
  pc_file_identity written = file.of;
  written.update++;
  CHECK(!pc_file_cache_find(&cache, &written, asked_us, &found) && found.parts == 0);
  /* What is found out later takes the place of what was known. */
  file.facts.signature = PC_SIGNATURE_REVOKED;
  pc_file_cache_keep(&cache, &file);
  CHECK(pc_file_cache_find(&cache, &file.of, asked_us, &found));
  CHECK_EQUAL(found.facts.signature, PC_SIGNATURE_REVOKED);
}

int main(void) {
  pc_known_file nothing = {.parts = 0};
  CHECK(!pc_file_cache_find(&cache, &nothing.of, asked_us, &nothing));
  holding();
  identity();
  free(cache.files);
  return finish("file_cache_test");
}

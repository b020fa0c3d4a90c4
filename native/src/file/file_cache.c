#include "file_cache.h"

#include <stdlib.h>
#include <string.h>

enum { WAYS = 4, SETS = 256 }; /* 1,024 files, some 2.7 MB */
enum { FAILURE_HOLDS_US = 60000000, DISTRUST_HOLDS_US = 600000000 };

static pc_known_file *set_of(const pc_file_cache *cache, const pc_file_identity *of) {
  uint64_t mixed = (of->index ^ of->bytes << 17 ^ of->written ^ of->volume) * 0x9E3779B97F4A7C15u;
  return cache->files + (mixed >> 56) % SETS * WAYS;
}

static bool same(const pc_file_identity *a, const pc_file_identity *b) { return memcmp(a, b, sizeof *a) == 0; }

static bool version_holds(const pc_known_file *file, uint64_t now_us) {
  return file->facts.version_is != PC_FAILED || now_us - file->version_us < FAILURE_HOLDS_US;
}

static bool signature_holds(const pc_known_file *file, uint64_t now_us) {
  uint64_t age_us = now_us - file->signature_us;
  if (file->signature_is == PC_FAILED) return age_us < FAILURE_HOLDS_US;
  return file->facts.signature == PC_SIGNATURE_TRUSTED || age_us < DISTRUST_HOLDS_US;
}

bool pc_file_cache_find(pc_file_cache *cache, const pc_file_identity *of, uint64_t now_us, pc_known_file *found) {
  if (cache->files == NULL) return false;
  pc_known_file *set = set_of(cache, of);
  for (int i = 0; i < WAYS; i++) {
    if (set[i].parts == 0 || !same(&set[i].of, of)) continue;
    set[i].used = ++cache->tick;
    *found = set[i];
    if (!version_holds(found, now_us)) found->parts &= ~(uint32_t)PC_PART_VERSION;
    if (!signature_holds(found, now_us)) found->parts &= ~(uint32_t)PC_PART_SIGNATURE;
    return true;
  }
  return false;
}

void pc_file_cache_keep(pc_file_cache *cache, const pc_known_file *news) {
  if (cache->files == NULL) cache->files = calloc((size_t)WAYS * SETS, sizeof *cache->files);
  if (cache->files == NULL) return;
  pc_known_file *set = set_of(cache, &news->of);
  pc_known_file *to = set;
  for (int i = 0; i < WAYS; i++) {
    if (same(&set[i].of, &news->of)) {
      to = &set[i];
      break;
    }
    if (set[i].used < to->used) to = &set[i];
  }
  *to = *news;
  to->used = ++cache->tick;
}

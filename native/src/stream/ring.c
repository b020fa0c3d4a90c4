#include "ring.h"

#include <stdlib.h>
#include <string.h>

bool pc_ring_init(pc_ring *ring, uint32_t capacity) {
  ring->memory = malloc(capacity);
  ring->capacity = capacity;
  ring->head = ring->used = 0;
  return ring->memory != NULL;
}

void pc_ring_free(pc_ring *ring) {
  free(ring->memory);
  ring->memory = NULL;
}

static uint32_t wrap(const pc_ring *ring, uint64_t at) { return (uint32_t)(at % ring->capacity); }

static void copy_out(const pc_ring *ring, uint32_t at, void *to, uint32_t bytes) {
  uint32_t first = ring->capacity - at < bytes ? ring->capacity - at : bytes;
  memcpy(to, ring->memory + at, first);
  memcpy((uint8_t *)to + first, ring->memory, bytes - first);
}

bool pc_ring_put(pc_ring *ring, const void *record, uint32_t size, uint32_t reserve) {
  if ((uint64_t)ring->used + size + reserve > ring->capacity) return false;
  uint32_t at = wrap(ring, (uint64_t)ring->head + ring->used);
  uint32_t first = ring->capacity - at < size ? ring->capacity - at : size;
  memcpy(ring->memory + at, record, first);
  memcpy(ring->memory, (const uint8_t *)record + first, size - first);
  ring->used += size;
  return true;
}

uint32_t pc_ring_peek(const pc_ring *ring) {
  if (ring->used == 0) return 0;
  uint32_t size;
  copy_out(ring, ring->head, &size, sizeof size);
  return size;
}

void pc_ring_take(pc_ring *ring, void *to, uint32_t size) {
  copy_out(ring, ring->head, to, size);
  ring->head = wrap(ring, (uint64_t)ring->head + size);
  ring->used -= size;
}

/* A bounded queue of whole records in one circular block of memory. Not thread-safe. */
#ifndef PC_STREAM_RING_H
#define PC_STREAM_RING_H

#include <stdbool.h>
#include <stdint.h>

typedef struct pc_ring {
  uint8_t *memory;
  uint32_t capacity;
  uint32_t head; /* of the oldest record */
  uint32_t used;
} pc_ring;

bool pc_ring_init(pc_ring *ring, uint32_t capacity);
void pc_ring_free(pc_ring *ring);

/* `record` begins with its own size in 4 bytes. False when fewer than `size` bytes are left, or
   would be left free less than `reserve`. */
bool pc_ring_put(pc_ring *ring, const void *record, uint32_t size, uint32_t reserve);

/* Size of the oldest record, 0 when there is none. */
uint32_t pc_ring_peek(const pc_ring *ring);

/* Moves the oldest record, whose size peek said, to `to`. */
void pc_ring_take(pc_ring *ring, void *to, uint32_t size);

#endif

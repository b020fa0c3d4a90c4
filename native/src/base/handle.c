#include "handle.h"

#include "../stream/sync.h"

enum { SLOTS = 64, WAIT_MS = 1000 };

typedef struct handle_slot {
  pc_object *object;
  uint32_t generation;
  uint32_t users;
  bool closing;
} handle_slot;

static handle_slot slots[SLOTS];
#ifdef _WIN32
static pc_lock lock = SRWLOCK_INIT;
static pc_signal left = CONDITION_VARIABLE_INIT;
#else
static pc_lock lock = PTHREAD_MUTEX_INITIALIZER;
static pc_signal left = PTHREAD_COND_INITIALIZER;
#endif

static handle_slot *slot_of(pc_handle handle) {
  uint32_t at = (uint32_t)handle;
  if (at == 0 || at > SLOTS) return NULL;
  handle_slot *slot = &slots[at - 1];
  return slot->object != NULL && slot->generation == (uint32_t)(handle >> 32) ? slot : NULL;
}

int32_t pc_handle_create(pc_object *object, pc_handle *handle) {
  int32_t code = PC_E_MEMORY;
  pc_lock_enter(&lock);
  for (uint32_t i = 0; i < SLOTS && code != PC_OK; i++) {
    if (slots[i].object != NULL) continue;
    slots[i] = (handle_slot){.object = object, .generation = (slots[i].generation + 1) & 0xfffff};
    /* 20 bits of generation: the number stays exact as a JavaScript double. */
    *handle = (pc_handle)slots[i].generation << 32 | (i + 1);
    code = PC_OK;
  }
  pc_lock_leave(&lock);
  return code;
}

pc_object *pc_handle_enter(pc_handle handle, pc_object_kind kind) {
  pc_object *object = NULL;
  pc_lock_enter(&lock);
  handle_slot *slot = slot_of(handle);
  if (slot != NULL && !slot->closing && slot->object->kind == kind) {
    slot->users++;
    object = slot->object;
  }
  pc_lock_leave(&lock);
  return object;
}

void pc_handle_leave(pc_handle handle) {
  pc_lock_enter(&lock);
  handle_slot *slot = slot_of(handle);
  if (slot != NULL) slot->users--;
  pc_signal_all(&left);
  pc_lock_leave(&lock);
}

int32_t pc_close(pc_handle handle) {
  pc_lock_enter(&lock);
  handle_slot *slot = slot_of(handle);
  if (slot == NULL || slot->closing) {
    pc_lock_leave(&lock);
    return PC_E_HANDLE;
  }
  slot->closing = true;
  pc_object *object = slot->object;
  pc_lock_leave(&lock);

  if (object->interrupt != NULL) object->interrupt(object);

  pc_lock_enter(&lock);
  while (slot->users > 0) (void)pc_signal_wait(&left, &lock, WAIT_MS);
  slot->object = NULL;
  pc_lock_leave(&lock);

  object->destroy(object);
  return PC_OK;
}

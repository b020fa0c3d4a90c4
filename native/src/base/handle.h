/*
 * Handles given to callers: numbers that name a slot and its generation, so that a closed or
 * invented handle is recognised instead of followed. A call in progress keeps its object alive.
 */
#ifndef PC_BASE_HANDLE_H
#define PC_BASE_HANDLE_H

#include "problemchild.h"

typedef struct pc_object pc_object;

typedef enum pc_object_kind {
  PC_OBJECT_SOURCE = 1,
  PC_OBJECT_LOG = 2,
  PC_OBJECT_PIPE = 3,
  PC_OBJECT_CONNECTION = 4,
  PC_OBJECT_ENDING = 5,
  PC_OBJECT_WATCH = 6
} pc_object_kind;

/* First member of every object that has a handle. */
struct pc_object {
  pc_object_kind kind;
  void (*interrupt)(pc_object *object); /* wake calls in progress for good; may be NULL */
  void (*destroy)(pc_object *object);   /* called once, when no call is in progress */
};

/* PC_E_MEMORY when there are too many; the object is then still the caller's. */
int32_t pc_handle_create(pc_object *object, pc_handle *handle);

/* The object, kept until pc_handle_leave; NULL for a wrong handle. */
pc_object *pc_handle_enter(pc_handle handle, pc_object_kind kind);
void pc_handle_leave(pc_handle handle);

#endif

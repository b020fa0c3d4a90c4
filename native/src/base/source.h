/* What pc_read, pc_stop and pc_counters need of any source. */
#ifndef PC_BASE_SOURCE_H
#define PC_BASE_SOURCE_H

#include "../stream/stream.h"
#include "handle.h"

typedef struct pc_source pc_source;

struct pc_source {
  pc_object object; /* first: this is what a handle names */
  pc_stream stream;
  /* Ends capturing; what was captured stays readable. Called once. */
  void (*stop)(pc_source *source);
  pc_lock stop_lock; /* a second stop waits for the first */
  bool stopped;
};

/* Calls stop once, however often and from wherever it is asked. */
void pc_source_stop(pc_source *source);

#endif

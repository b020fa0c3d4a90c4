import type { AnomalyCounters } from './saved-state.ts';

/** The counts behind {@link AnomalyCounters}, while they are moving. */
export class Counters {
  observed = 0;
  late = 0;
  flagged = 0;
  lateFlagged = 0;
  saturated = 0;
  clockSetBacks = 0;
  evictedPairs = 0;
  evictedEntities = 0;
  prunedPairs = 0;
  prunedEntities = 0;
  records = 0;

  constructor(saved?: AnomalyCounters) {
    if (saved !== undefined) Object.assign(this, saved);
  }

  snapshot(): AnomalyCounters {
    return { ...this };
  }
}

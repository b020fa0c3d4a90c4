/** The time of day, injected wherever something must know it: pure rooms never ask the system. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number;
}

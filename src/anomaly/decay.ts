/** Per 15-minute bucket: evidence halves in 2,773 observed buckets, some 29 days. */
export const decayPerBucket = 0.00025;

/** What one sighting at this age adds. Growing weights stand for decaying counts: only ratios matter. */
export function weightAt(age: number): number {
  return Math.exp(decayPerBucket * age);
}

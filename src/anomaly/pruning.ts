import type { AnomalyHost, Entity, Pair } from './anomaly-host.ts';
import type { AnomalyMemory } from './memory.ts';
import type { AnomalyOptions } from './options.ts';

const dayMs = 24 * 60 * 60_000;

/** Forgets what a host has not seen for long, once for each day that it ages. */
export function pruneHost(
  memory: AnomalyMemory,
  host: AnomalyHost,
  ageBefore: number,
  options: Pick<AnomalyOptions, 'bucketSpanMs' | 'pruneAfterDays'>,
): { readonly entities: number; readonly pairs: number } {
  const dayBuckets = dayMs / options.bucketSpanMs;
  const pruned = { entities: 0, pairs: 0 };
  if (Math.floor(ageBefore / dayBuckets) === Math.floor(host.age / dayBuckets)) return pruned;
  const oldest = host.age - options.pruneAfterDays * dayBuckets;
  const isOld = (item: Entity | Pair): boolean => item.pending === 0 && item.age < oldest;
  for (const members of [host.users, host.parents]) {
    for (const entity of members.values()) {
      if (!isOld(entity)) continue;
      memory.removeEntity(entity);
      pruned.entities++;
    }
  }
  for (const entity of [host.entity, ...host.users.values(), ...host.parents.values()]) {
    for (const pair of entity.pairs.values()) {
      if (!isOld(pair)) continue;
      memory.removePair(pair);
      pruned.pairs++;
    }
  }
  return pruned;
}

import { hash } from 'node:crypto';
import type { AnomalyHost, OpenBucket } from './anomaly-host.ts';
import type { BucketJudgement } from './anomaly-model.ts';
import { findInfluencers } from './influencers.ts';
import { highSumJobId, rareJobId } from './jobs.ts';
import type { AnomalyOptions } from './options.ts';
import { type AnomalyRecord, maxRecordEvents } from './record.ts';
import type { SightingIndex } from './sighting-index.ts';

/** Tells what a judgement rests on. `undefined` where no flagged start of it was kept. */
export function buildRecord(
  host: AnomalyHost,
  bucket: OpenBucket,
  found: SightingIndex,
  judgement: BucketJudgement,
  { bucketSpanMs }: Pick<AnomalyOptions, 'bucketSpanMs'>,
): AnomalyRecord | undefined {
  const { entity } = judgement.tally;
  const sightings = found.of(entity, judgement.process);
  const first = sightings[0];
  if (first === undefined) return undefined;
  const isRare = judgement.function === 'rare';
  const job = isRare ? rareJobId(entity.kind) : highSumJobId(entity.kind);
  const bucketStartMs = bucket.index * bucketSpanMs;
  const strongest = sightings.reduce(
    (best, { start }) =>
      start.prediction.maliciousProbability > best.prediction.maliciousProbability ? start : best,
    first.start,
  );
  const key = [job, host.entity.key, entity.key, judgement.process ?? '', bucketStartMs, bucket.age];
  return {
    id: hash('sha256', JSON.stringify(key), 'hex').slice(0, 20),
    job,
    function: judgement.function,
    entityKind: entity.kind,
    entity: entity.label,
    host: host.entity.label,
    process: isRare ? strongest.event.process.name : undefined,
    bucketStartMs,
    bucketSpanMs,
    actual: isRare ? sightings.length : judgement.tally.sum,
    typical: judgement.typical,
    probability: judgement.probability,
    initialScore: judgement.score,
    score: judgement.score,
    multiBucketImpact: judgement.multiBucketImpact,
    firstSeen: judgement.firstSeen,
    influencers: findInfluencers(entity.kind, sightings),
    eventCount: sightings.length,
    eventIds: sightings.slice(0, maxRecordEvents).map(({ start }) => start.event.id),
    subject: strongest,
  };
}

import { cutEnd } from '../text/index.ts';
import type { Sighting } from './anomaly-host.ts';
import type { EntityKind } from './jobs.ts';
import type { Influencer } from './record.ts';
import type { ScoredStart } from './scored-start.ts';

const leastContribution = 0.4;
const maxValueLength = 1_024;

type Reader = (start: ScoredStart) => string | undefined;

/** Elastic's influencers of the host and user jobs that an event of ours can have. */
const commonFields: readonly (readonly [string, Reader])[] = [
  ['process.name', ({ event }) => event.process.name],
  ['host.name', ({ event }) => event.host.name],
  ['host.id', ({ event }) => event.host.id],
  ['user.name', ({ event }) => event.user.name],
  ['user.id', ({ event }) => event.user.id],
  ['process.command_line', ({ event }) => event.process.commandLine],
  ['process_code_signature_subject_name', ({ event }) => event.process.signature.subjectName ?? 'None'],
  [
    'process_code_signature_trusted',
    ({ event: { process } }) => String(process.signature.trusted ?? process.signature.status ?? 'None'),
  ],
];

const parentFields: readonly (readonly [string, Reader])[] = [
  ...commonFields,
  ['process.parent.name', ({ event }) => event.process.parent.name],
];

/** The values that carry at least 0.4 of the malicious probability of some flagged starts, strongest first. */
export function findInfluencers(kind: EntityKind, sightings: readonly Sighting[]): Influencer[] {
  let total = 0;
  for (const { start } of sightings) total += start.prediction.maliciousProbability;
  const influencers: Influencer[] = [];
  if (total === 0) return influencers;
  for (const [field, read] of kind === 'parent' ? parentFields : commonFields) {
    const shares = new Map<string, number>();
    for (const { start } of sightings) {
      const text = read(start);
      if (text === undefined) continue;
      const value = cutEnd(text, maxValueLength);
      shares.set(value, (shares.get(value) ?? 0) + start.prediction.maliciousProbability);
    }
    for (const [value, sum] of shares) {
      const contribution = sum / total;
      if (contribution >= leastContribution) influencers.push({ field, value, contribution });
    }
  }
  return influencers.sort((a, b) => b.contribution - a.contribution);
}

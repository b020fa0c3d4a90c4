/** What a model of rarity is kept for: each is a partition of the host's process starts. */
const entityKinds = ['host', 'user', 'parent'] as const;
export type EntityKind = (typeof entityKinds)[number];

/**
 * `rare`: a flagged process that the entity seldom starts. `high_sum`: more malicious probability in one
 * bucket, or over consecutive ones, than the entity is used to.
 */
export type JobFunction = 'rare' | 'high_sum';

export interface AnomalyJob {
  /** Elastic's id of the job. */
  readonly id: AnomalyJobId;
  readonly function: JobFunction;
  readonly entity: EntityKind;
}

export type AnomalyJobId =
  | `problem_child_rare_process_by_${EntityKind}_ea`
  | `problem_child_high_sum_by_${EntityKind}_ea`;

export function rareJobId(entity: EntityKind): AnomalyJobId {
  return `problem_child_rare_process_by_${entity}_ea`;
}

export function highSumJobId(entity: EntityKind): AnomalyJobId {
  return `problem_child_high_sum_by_${entity}_ea`;
}

export const anomalyJobs: readonly AnomalyJob[] = [
  ...entityKinds.map((entity): AnomalyJob => ({ id: rareJobId(entity), function: 'rare', entity })),
  ...entityKinds.map((entity): AnomalyJob => ({ id: highSumJobId(entity), function: 'high_sum', entity })),
];

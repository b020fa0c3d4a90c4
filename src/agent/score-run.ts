import type { ScoredStart } from '../anomaly/index.ts';
import type { ProcessEvent } from '../event/index.ts';
import type { Bundle } from '../problemchild/index.ts';
import type { FileSource, SourceBatch } from '../source/index.ts';
import { type InputOptions, openModel, openSource, openTable } from './input.ts';
import { logUnprocessed, scoreBatch, startsOf } from './scoring.ts';
import { Tally } from './tally.ts';

/** Recordings on their way to scores, and no further. */
export interface ScoreRun {
  readonly bundle: Bundle;
  readonly source: FileSource;
  readonly tally: Tally;
  score(batch: SourceBatch): Promise<readonly ScoredStart[]>;
  close(): Promise<void>;
}

/** @throws AgentError PC_MODEL_… when the bundle is refused */
export async function openScoreRun(options: InputOptions): Promise<ScoreRun> {
  const scorer = await openModel(options.config);
  const table = openTable(options.config);
  const tally = new Tally();
  return {
    bundle: scorer.bundle,
    source: openSource(options),
    tally,
    async score(batch) {
      const { occurrences, batch: judged } = await scoreBatch(batch, table, scorer);
      logUnprocessed(options.log, batch, judged);
      tally.countBatch(judged);
      const scored = startsOf(occurrences);
      tally.scored += scored.length;
      const told = judged.events.filter((event) => event.kind === 'start');
      return scored.map((start, index) => withOwnIds(start, told[index]!));
    },
    close: () => scorer.close(),
  };
}

/**
 * The start under the entity ids of its record, where that has any. Where two providers told of a process, the table
 * knows it by the id it had first; what is printed has to be found again in the recording.
 */
function withOwnIds(start: ScoredStart, { process: told }: ProcessEvent): ScoredStart {
  const { process } = start.event;
  const { parent } = process;
  const entityId = told.entityId ?? process.entityId;
  const parentId = told.parent.entityId ?? parent.entityId;
  if (entityId === process.entityId && parentId === parent.entityId) return start;
  const renamed = { ...process, entityId, parent: { ...parent, entityId: parentId } };
  return { ...start, event: { ...start.event, process: renamed } };
}

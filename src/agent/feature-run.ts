import { AgentError } from '../errors/index.ts';
import type { ProcessEvent } from '../event/index.ts';
import { type FeatureSet, featureSets } from '../problemchild/index.ts';
import type { FileSource, SourceBatch } from '../source/index.ts';
import { type InputOptions, openSource, openTable } from './input.ts';
import { Tally } from './tally.ts';

/** Recordings on their way to features: each start in the form that the set reads. */
export interface FeatureRun {
  readonly set: FeatureSet;
  readonly source: FileSource;
  readonly tally: Tally;
  take(batch: SourceBatch): ProcessEvent[];
}

export function openFeatureRun(options: Omit<InputOptions, 'log'>, setName: string): FeatureRun {
  const set = featureSets[setName];
  if (set === undefined) throw new AgentError('PC_USAGE', `there is no feature set ${setName}`);
  const table = openTable(options.config);
  const tally = new Tally();
  return {
    set,
    source: openSource(options),
    tally,
    take(batch) {
      tally.countBatch(batch);
      const starts: ProcessEvent[] = [];
      for (const event of batch.events) {
        const traced = table.observe(event);
        if (traced !== undefined) starts.push(set.readsLineage ? traced.event : traced.untraced);
      }
      tally.scored += starts.length;
      return starts;
    },
  };
}

import type { Reason } from '../alert/index.ts';
import type { ScoredStart } from '../anomaly/index.ts';
import type { Config } from '../config/index.ts';
import type { Scorer } from '../problemchild/index.ts';
import type { Store } from '../store/index.ts';
import { openModel, openReasons } from './input.ts';
import { type OpenPipeline, openPipeline, type PipelineHooks } from './open-pipeline.ts';
import type { Tally } from './tally.ts';

/** What is exchanged as a whole when the configuration, the rules or the model change: all between source and outbox. */
export interface Engine extends OpenPipeline {
  readonly config: Config;
  readonly scorer: Scorer;
}

export interface EngineHooks extends Omit<PipelineHooks, 'explain' | 'tally'> {
  /** Whether alerts are explained just now; explanations are the first thing to go without. */
  readonly explains: () => boolean;
}

/**
 * Model and pipeline as configured, going on from what the store holds; `tally` goes on as well.
 * @throws AgentError when the bundle, a rule, an exception, a list of indicators or the state is refused
 */
export async function openEngine(
  config: Config,
  store: Store,
  { explains, ...hooks }: EngineHooks,
  tally?: Tally,
): Promise<Engine> {
  const scorer = await openModel(config);
  try {
    const reasons = await openReasons(config, scorer);
    const explain = (start: ScoredStart): readonly Reason[] => (explains() ? reasons(start) : []);
    return { config, scorer, ...openPipeline(config, scorer, store, { ...hooks, explain, tally }) };
  } catch (error) {
    await scorer.close();
    throw error;
  }
}

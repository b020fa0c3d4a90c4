import type { Reason } from '../alert/index.ts';
import { AgentError } from '../errors/index.ts';
import type { ProcessEvent } from '../event/index.ts';
import { createExplainer } from '../problemchild/index.ts';
import { shippedBundle } from './assets.ts';
import type { InputOptions } from './input.ts';
import { openScoreRun, type ScoreRun } from './score-run.ts';

/** Recordings on their way to scores and to what moved them. */
export interface ExplainRun extends ScoreRun {
  /** Strongest first; with the baseline they sum to the log-odds of the score. */
  explain(event: ProcessEvent, limit: number): readonly Reason[];
}

/** @throws AgentError PC_MODEL_… when the bundle is refused or keeps no explanation */
export async function openExplainRun(options: InputOptions): Promise<ExplainRun> {
  const run = await openScoreRun(options);
  if (run.bundle.training['explanation'] === undefined) {
    throw new AgentError('PC_MODEL_EXPLANATION', `the bundle ${run.bundle.name} keeps no explanation`);
  }
  const explainer = await createExplainer(options.config.model.bundle ?? shippedBundle);
  return {
    ...run,
    explain: (event, limit) => explainer.explain(event, limit),
  };
}

import { type AnomalyRule, type EventRule, EventRules, loadRules, MlRules } from '../detection/index.ts';
import type { FileSource } from '../source/index.ts';
import { BookmarkTable, Store } from '../store/index.ts';
import type { AlertStages } from './alert-stages.ts';
import { openAlertStages } from './alert-stages.ts';
import { openAnomalyEngine } from './anomaly.ts';
import { type InputOptions, openModel, openSource, openTable } from './input.ts';
import { Pipeline } from './pipeline.ts';
import { noPipelineState, openPipelineState } from './pipeline-state.ts';

/** Recordings on their way through the whole pipeline. */
export interface ReplayRun {
  readonly source: FileSource;
  readonly pipeline: Pipeline;
  readonly stages: AlertStages;
  /** Where an earlier run with the same state file stopped. */
  readonly bookmark: string | undefined;
  close(): Promise<void>;
}

/** @throws AgentError when the bundle, a rule, an exception, a list or the state file is refused */
export async function openReplayRun(options: InputOptions): Promise<ReplayRun> {
  const { config } = options;
  const rules = loadRules(config.detection.rulesFolder ?? undefined);
  const scorer = await openModel(config);
  const source = openSource(options);
  const isKept = config.state.file !== null;
  const store = config.state.file === null ? Store.openTemporary() : Store.open(config.state.file);
  const state = isKept ? openPipelineState(store) : noPipelineState;
  const bookmarks = new BookmarkTable(store);
  const table = openTable(config);
  table.restore(state.processes);
  const stages = openAlertStages(config, store, () => [], state.stages);
  const { exclusions } = config.detection;
  const pipeline = new Pipeline({
    table,
    scorer,
    eventRules: new EventRules(
      rules.filter((rule): rule is EventRule => rule.kind === 'event'),
      {
        highProbability: scorer.bundle.highProbabilityThreshold,
        exclusions:
          exclusions === 'auto' ? scorer.bundle.featureSet.name.startsWith('elastic-') : exclusions === 'on',
      },
    ),
    anomalies: openAnomalyEngine(config, store),
    mlRules: new MlRules(
      rules.filter((rule): rule is AnomalyRule => rule.kind === 'anomaly'),
      state.pending,
    ),
    desk: stages.desk,
    store,
    state,
    bookmarks,
  });
  return {
    source,
    pipeline,
    stages,
    bookmark: bookmarks.get(source.name),
    async close() {
      store.close();
      await scorer.close();
    },
  };
}

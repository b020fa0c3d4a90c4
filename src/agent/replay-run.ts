import { type EventRule, EventRules, loadRules } from '../detection/index.ts';
import type { FileSource } from '../source/index.ts';
import { AlertTable, BookmarkTable, Store } from '../store/index.ts';
import { type InputOptions, openModel, openSource, openTable } from './input.ts';
import { Pipeline } from './pipeline.ts';

/** Recordings on their way through the whole pipeline. */
export interface ReplayRun {
  readonly source: FileSource;
  readonly pipeline: Pipeline;
  /** Where an earlier run with the same state file stopped. */
  readonly bookmark: string | undefined;
  close(): Promise<void>;
}

/** @throws AgentError when the bundle, a rule or the state file is refused */
export async function openReplayRun(options: InputOptions): Promise<ReplayRun> {
  const { config } = options;
  const rules = loadRules(config.detection.rulesFolder ?? undefined);
  const scorer = await openModel(config);
  const source = openSource(options);
  const store = config.state.file === null ? Store.openTemporary() : Store.open(config.state.file);
  const bookmarks = new BookmarkTable(store);
  const { exclusions } = config.detection;
  const pipeline = new Pipeline({
    table: openTable(config),
    scorer,
    eventRules: new EventRules(
      rules.filter((rule): rule is EventRule => rule.kind === 'event'),
      {
        highProbability: scorer.bundle.highProbabilityThreshold,
        exclusions:
          exclusions === 'auto' ? scorer.bundle.featureSet.name.startsWith('elastic-') : exclusions === 'on',
      },
    ),
    explain: () => [],
    store,
    alerts: new AlertTable(store),
    bookmarks,
  });
  return {
    source,
    pipeline,
    bookmark: bookmarks.get(source.name),
    async close() {
      store.close();
      await scorer.close();
    },
  };
}

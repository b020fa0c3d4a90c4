import type { FileSource } from '../source/index.ts';
import { IncidentTable, Store } from '../store/index.ts';
import type { AlertHooks, AlertStages } from './alert-stages.ts';
import { type InputOptions, openModel, openReasons, openSource } from './input.ts';
import { openPipeline } from './open-pipeline.ts';
import type { Pipeline } from './pipeline.ts';

/** Recordings on their way through the whole pipeline. */
export interface ReplayRun {
  readonly source: FileSource;
  readonly pipeline: Pipeline;
  readonly stages: AlertStages;
  /** Where an earlier run with the same state file stopped. */
  readonly bookmark: string | undefined;
  /** The document of an incident that was told, as JSON. */
  incidentDocument(id: string): string | undefined;
  close(): Promise<void>;
}

/** @throws AgentError when the bundle, a rule, an exception, a list or the state file is refused */
export async function openReplayRun(options: InputOptions, hooks: AlertHooks = {}): Promise<ReplayRun> {
  const { config } = options;
  const scorer = await openModel(config);
  const source = openSource(options);
  const store = config.state.file === null ? Store.openTemporary() : Store.open(config.state.file);
  const { pipeline, stages, bookmarks } = openPipeline(config, scorer, store, {
    log: options.log,
    explain: await openReasons(config, scorer),
    ...hooks,
  });
  const incidents = new IncidentTable(store);
  return {
    source,
    pipeline,
    stages,
    bookmark: bookmarks.get(source.name),
    incidentDocument: (id) => incidents.get(id),
    async close() {
      store.close();
      await scorer.close();
    },
  };
}

import type { Incident } from '../alert/index.ts';
import { type Baseline, BaselineLearner } from '../anomaly/index.ts';
import type { Config } from '../config/index.ts';
import {
  createResponseSettings,
  type IsolationChange,
  type ProgramCount,
  Rehearsal,
  RehearsalReport,
  type RehearsedAction,
  type ResponseMode,
  rehearseIsolation,
} from '../response/index.ts';
import type { FileSource, SourceBatch } from '../source/index.ts';
import { AnomalyStateTable, BaselineTable, Store } from '../store/index.ts';
import { openExceptions } from './alert-stages.ts';
import { exportBaseline } from './anomaly.ts';
import { type InputOptions, openModel, openSource } from './input.ts';
import { openPipeline } from './open-pipeline.ts';
import { useStateFile } from './state-file.ts';
import type { Tally } from './tally.ts';

/** Recordings on their way through the whole pipeline, with a response that only says what it would do. */
export interface RehearsalRun {
  readonly source: FileSource;
  readonly tally: Tally;
  take(batch: SourceBatch): Promise<readonly RehearsedAction[]>;
  /** After the last batch: the hosts that incidents would have isolated. Nothing unless the policy says so. */
  finish(): readonly IsolationChange[];
  /** By program, with how ordinary each is on this host and in the recordings. */
  report(): ProgramCount[];
  close(): Promise<void>;
}

/**
 * Nothing is written: the state file, where there is one, is only asked what is ordinary on this host.
 * @throws AgentError when the bundle, a rule, an exception or the state file is refused
 */
export async function openRehearsalRun(options: InputOptions, mode: ResponseMode): Promise<RehearsalRun> {
  const { config } = options;
  const known = readBaselines(config);
  const learner = new BaselineLearner();
  const report = new RehearsalReport();
  const settings = createResponseSettings({ ...config.response, mode });
  const rehearsal = new Rehearsal(settings, openExceptions(config.alert).current);
  const scorer = await openModel(config);
  const source = openSource(options);
  const store = Store.openTemporary();
  let actions: RehearsedAction[] = [];
  const incidents: Incident[] = [];
  const { pipeline } = openPipeline({ ...config, state: { ...config.state, file: null } }, scorer, store, {
    log: options.log,
    response: {
      take(start, rarity, detections) {
        learner.learn(start);
        const action = rehearsal.take(start, rarity, detections);
        if (action === undefined) return;
        actions.push(action);
        report.add(action);
      },
      // Nothing is ever done.
      acted: () => undefined,
    },
  });
  return {
    source,
    tally: pipeline.tally,
    async take(batch) {
      incidents.push(...(await pipeline.process(source.name, batch)).incidents);
      const taken = actions;
      actions = [];
      return taken;
    },
    finish() {
      if (!config.response.isolation.enabled) return [];
      for (const incident of pipeline.finish().incidents) incidents.push(incident);
      return rehearseIsolation(incidents, config.response.isolation);
    },
    report: () => report.programs([...known, learner.finish()]),
    async close() {
      store.close();
      await scorer.close();
    },
  };
}

/** What this host's state file knows of ordinary activity: learnt there, and imported. */
function readBaselines(config: Config): Baseline[] {
  if (config.state.file === null || !Store.exists(config.state.file)) return [];
  return useStateFile(config.state.file, (store) => {
    const imported = new BaselineTable(store).get();
    const hasLearnt = new AnomalyStateTable(store).load('default') !== undefined;
    const learnt = hasLearnt ? [exportBaseline(config)] : [];
    return imported === undefined ? learnt : [...learnt, imported];
  });
}

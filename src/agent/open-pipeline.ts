import type { DeskOutcome } from '../alert/index.ts';
import type { Config } from '../config/index.ts';
import {
  type AnomalyRule,
  type EventRule,
  EventRules,
  loadRules,
  MlRules,
  type Rule,
} from '../detection/index.ts';
import { AgentError } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import type { Scorer } from '../problemchild/index.ts';
import { BookmarkTable, forgetLearntState, isOfStore, type Store } from '../store/index.ts';
import { type AlertHooks, type AlertStages, openAlertStages } from './alert-stages.ts';
import { openAnomalyEngine } from './anomaly.ts';
import { assertArmableRules } from './armable-rules.ts';
import { type DriftLog, openDriftLog } from './drift.ts';
import { openTable } from './input.ts';
import { Pipeline, type PipelineParts, type StartStage } from './pipeline.ts';
import { noPipelineState, openPipelineState } from './pipeline-state.ts';
import type { Tally } from './tally.ts';

/** A pipeline that goes on from where its store stopped. */
export interface OpenPipeline {
  readonly pipeline: Pipeline;
  readonly stages: AlertStages;
  readonly bookmarks: BookmarkTable;
  readonly drift: DriftLog;
}

/** What takes part in a pipeline besides what the configuration says. */
export interface PipelineHooks extends AlertHooks {
  readonly log?: Log;
  readonly response?: StartStage;
  readonly aside?: PipelineParts['aside'];
  readonly forward?: (outcome: DeskOutcome) => void;
  /** Of an earlier pipeline of the same run, which goes on. */
  readonly tally?: Tally | undefined;
  /**
   * Told why what was learnt could not be restored, and is forgotten: an agent that must not stop begins without it.
   * Unless somebody is told, the pipeline does not open.
   */
  readonly onForgotten?: (error: unknown) => void;
}

/**
 * The pipeline as configured. It keeps its state only where the configuration names a state file.
 * @throws AgentError when a rule, an exception, a list of indicators or the state is refused
 */
export function openPipeline(
  config: Config,
  scorer: Scorer,
  store: Store,
  hooks: PipelineHooks = {},
): OpenPipeline {
  const rules = loadRules(config.detection.rulesFolder ?? undefined);
  assertArmableRules(config, rules);
  const keepsState = config.state.file !== null;
  const open = (): OpenPipeline => goOn(config, scorer, store, hooks, rules);
  let opened: OpenPipeline;
  try {
    opened = open();
  } catch (error) {
    const { onForgotten } = hooks;
    const isRefused = error instanceof AgentError || isOfStore(error);
    if (isRefused || onForgotten === undefined || !keepsState) throw error;
    opened = store.transaction(() => {
      store.acceptState();
      forgetLearntState(store);
      return open();
    });
    onForgotten(error);
  }
  if (keepsState) store.acceptState();
  return opened;
}

function goOn(
  config: Config,
  scorer: Scorer,
  store: Store,
  hooks: PipelineHooks,
  rules: readonly Rule[],
): OpenPipeline {
  const state = config.state.file === null ? noPipelineState : openPipelineState(store, config.anomaly.mode);
  const bookmarks = new BookmarkTable(store);
  const table = openTable(config);
  table.restore(state.processes);
  const stages = openAlertStages(config, store, hooks, state.stages, hooks.tally?.alerts);
  const drift = openDriftLog(store, scorer.bundle, config.state.file !== null);
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
    drift,
    log: hooks.log,
    response: hooks.response,
    aside: hooks.aside,
    forward: hooks.forward,
    tally: hooks.tally,
  });
  return { pipeline, stages, bookmarks, drift };
}

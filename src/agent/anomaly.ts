import {
  AnomalyEngine,
  type Baseline,
  createPriors,
  createUserHash,
  mergeBaselines,
  shippedCounts,
  type UserHash,
} from '../anomaly/index.ts';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import { AnomalyStateTable, BaselineTable, Store } from '../store/index.ts';
import { useStateFile } from './state-file.ts';

/**
 * The anomaly jobs as configured, going on from what the store holds.
 * @throws AgentError PC_BASELINE_KEY when the imported baseline belongs to another organisation's key
 */
export function openAnomalyEngine(config: Config, store: Store): AnomalyEngine {
  const { organisationKey: _, ...options } = config.anomaly;
  const baseline = new BaselineTable(store).get();
  return new AnomalyEngine({
    options,
    priors: createPriors(shippedCounts, baseline, openUserHash(config)),
    state: new AnomalyStateTable(store).load(options.mode),
  });
}

/** `undefined` without an organisation's key. */
export function openUserHash({ anomaly: { organisationKey } }: Config): UserHash | undefined {
  return organisationKey === null ? undefined : createUserHash(organisationKey);
}

/** What the agent has learnt by itself; what was imported into it is not in it. */
export function exportBaseline(config: Config): Baseline {
  return useStateFile(config.state.file, (store) => {
    const state = new AnomalyStateTable(store).load('default');
    if (state === undefined) {
      throw new AgentError('PC_BASELINE_EMPTY', `${store.path} has learnt nothing in default mode yet`, {
        where: store.path,
      });
    }
    const engine = new AnomalyEngine({ options: { mode: 'default' }, state });
    return engine.exportBaseline(openUserHash(config));
  });
}

/** The imported baseline as it is stored, to be put back by {@link restoreBaseline}. */
export function keepBaseline(config: Config): string | undefined {
  return useStateFile(config.state.file, (store) => new BaselineTable(store).document, Store.open);
}

export function restoreBaseline(config: Config, kept: string | undefined): void {
  useStateFile(config.state.file, (store) => new BaselineTable(store).restore(kept));
}

/** Makes `baseline` what the agent begins from, instead of or besides what was imported before. */
export function importBaseline(config: Config, baseline: Baseline, besides: boolean): Baseline {
  const take = (store: Store): Baseline => {
    const table = new BaselineTable(store);
    return store.transaction(() => {
      const before = besides ? table.get() : undefined;
      const imported = before === undefined ? baseline : mergeBaselines([before, baseline]);
      createPriors(shippedCounts, imported, openUserHash(config));
      table.set(imported);
      return imported;
    });
  };
  return useStateFile(config.state.file, take, Store.open);
}

import type { Config } from '../config/index.ts';
import {
  type Bundle,
  compareDrift,
  type DriftCounts,
  loadBundle,
  type ProviderDrift,
} from '../problemchild/index.ts';
import { Store } from '../store/index.ts';
import { shippedBundle } from './assets.ts';
import { driftReference, openDriftLog } from './drift.ts';
import { useStateFile } from './state-file.ts';

/** The model in force, and whether what it sees here still looks like what it was made for. */
export interface ModelFacts {
  readonly folder: string;
  readonly bundle: Bundle;
  /** By provider; `undefined` without a state file, or for a bundle that has no reference. */
  readonly drift: readonly ProviderDrift[] | undefined;
}

/** @throws AgentError PC_MODEL_… when the bundle is refused, PC_STORE_… when the state file is */
export async function readModelFacts(config: Config): Promise<ModelFacts> {
  const folder = config.model.bundle ?? shippedBundle;
  const { bundle } = await loadBundle(folder);
  const reference = driftReference(bundle);
  const observed = readObserved(config, bundle);
  const drift =
    reference === undefined || observed === undefined ? undefined : compareDrift(reference, observed);
  return { folder, bundle, drift };
}

function readObserved(config: Config, bundle: Bundle): DriftCounts | undefined {
  if (config.state.file === null || !Store.exists(config.state.file)) return undefined;
  return useStateFile(config.state.file, (store) => openDriftLog(store, bundle, true).tally.snapshot());
}

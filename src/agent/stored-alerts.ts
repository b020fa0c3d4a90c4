import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import { AlertTable, IncidentTable, Store } from '../store/index.ts';

/** The documents that a state file keeps, as JSON. */
export interface StoredDocuments {
  /** In the order in which they were raised. */
  readonly alerts: readonly string[];
  /** Earliest first. */
  readonly incidents: readonly string[];
  /** How many the file kept once and has no more. */
  readonly removed: { readonly alerts: number; readonly incidents: number };
}

/** @throws AgentError PC_USAGE when no state file is named */
export function readStoredDocuments(config: Config): StoredDocuments {
  return withStore(config, (store) => {
    const alerts = new AlertTable(store);
    const incidents = new IncidentTable(store);
    return {
      alerts: [...alerts.documents()],
      incidents: [...incidents.documents()],
      removed: { alerts: alerts.removed, incidents: incidents.removed },
    };
  });
}

/** The document of an alert as JSON; `undefined` when the state file has no such alert. */
export function readStoredAlert(config: Config, id: string): string | undefined {
  return withStore(config, (store) => new AlertTable(store).get(id));
}

function withStore<T>(config: Config, use: (store: Store) => T): T {
  if (config.state.file === null) throw new AgentError('PC_USAGE', 'name the state file with --state');
  const store = Store.openExisting(config.state.file);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

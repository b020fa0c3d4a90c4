import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import { AlertTable, IncidentTable, Store } from '../store/index.ts';

/** The documents that a state file keeps, as JSON. */
export interface StoredDocuments {
  /** In the order in which they were raised. */
  readonly alerts: readonly string[];
  /** Earliest first. */
  readonly incidents: readonly string[];
}

/** @throws AgentError PC_USAGE when no state file is named */
export function readStoredDocuments(config: Config): StoredDocuments {
  return withStore(config, (store) => ({
    alerts: [...new AlertTable(store).documents()],
    incidents: [...new IncidentTable(store).documents()],
  }));
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

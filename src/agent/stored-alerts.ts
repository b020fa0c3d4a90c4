import type { Config } from '../config/index.ts';
import { AlertTable, IncidentTable } from '../store/index.ts';
import { useStateFile } from './state-file.ts';

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
  return useStateFile(config.state.file, (store) => {
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
  return useStateFile(config.state.file, (store) => new AlertTable(store).get(id));
}

import type { Store } from './store.ts';

/** What an engine begins from, besides bookmarks and what was imported. */
const tables = [
  'anomaly_bucket',
  'anomaly_entity',
  'anomaly_host',
  'anomaly_journal',
  'anomaly_pair',
  'anomaly_pending',
  'anomaly_sighting',
  'anomaly_totals',
  'drift',
  'process',
  'stage_state',
];

/** Removes what was learnt on this host. Alerts, incidents, bookmarks and the outbox stay. */
export function forgetLearntState({ connection }: Store): void {
  for (const table of tables) connection.prepare(`DELETE FROM ${table}`).run();
}

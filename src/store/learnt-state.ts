import type { AnomalyMode } from '../anomaly/index.ts';
import type { Store } from './store.ts';

const byMode = [
  'anomaly_bucket',
  'anomaly_entity',
  'anomaly_host',
  'anomaly_journal',
  'anomaly_pair',
  'anomaly_sighting',
  'anomaly_totals',
];
const ofPipeline = ['anomaly_pending', 'process', 'stage_state'];

/** Removes what was learnt on this host. Alerts, incidents, bookmarks, the outbox and what was imported stay. */
export function forgetLearntState({ connection }: Store): void {
  for (const table of [...byMode, ...ofPipeline, 'drift']) connection.prepare(`DELETE FROM ${table}`).run();
}

/** Removes what a pipeline with the anomaly jobs in this mode has stored and can store again. */
export function clearPipelineState({ connection }: Store, mode: AnomalyMode): void {
  for (const table of byMode) {
    connection.prepare<[string]>(`DELETE FROM ${table} WHERE mode = ?`).run(mode);
  }
  for (const table of ofPipeline) connection.prepare(`DELETE FROM ${table}`).run();
}

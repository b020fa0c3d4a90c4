export { AlertTable } from './alerts.ts';
export { PendingRecordTable } from './anomaly-pending.ts';
export { AnomalyRecordTable, type StoredAnomalyRecord } from './anomaly-records.ts';
export { AnomalyStateTable } from './anomaly-state.ts';
export { BaselineTable } from './baseline.ts';
export { BookmarkTable } from './bookmarks.ts';
export { Store } from './store.ts';

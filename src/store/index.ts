export { AlertTable } from './alerts.ts';
export { AnomalyRecordTable, type StoredAnomalyRecord } from './anomaly-records.ts';
export { AnomalyStateTable } from './anomaly-state.ts';
export { BookmarkTable } from './bookmarks.ts';
export { Store } from './store.ts';

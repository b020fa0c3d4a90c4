/** Late starts of a host in a row, the time of the first, and how often such a run set the host's clock back lately. */
export const lateRun = `
ALTER TABLE anomaly_host ADD COLUMN late_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE anomaly_host ADD COLUMN late_since_ms REAL NOT NULL DEFAULT 0;
ALTER TABLE anomaly_host ADD COLUMN late_set_backs INTEGER NOT NULL DEFAULT 0;
`;

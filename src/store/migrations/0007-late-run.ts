/** Late starts of a host in a row, and the time of the first: enough of them set its clock back. */
export const lateRun = `
ALTER TABLE anomaly_host ADD COLUMN late_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE anomaly_host ADD COLUMN late_since_ms REAL NOT NULL DEFAULT 0;
`;

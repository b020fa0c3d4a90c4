/** Where each source stopped, and the alerts raised so far. */
export const core = `
CREATE TABLE bookmark (
  source TEXT PRIMARY KEY,
  position TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE alert (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  time_ms REAL NOT NULL,
  rule_id TEXT NOT NULL,
  severity INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX alert_by_time ON alert (time_ms);

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
`;

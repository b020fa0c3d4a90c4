/** What the stages after detection must not forget, the process table, and the incidents told so far. */
export const alertState = `
CREATE TABLE stage_state (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID, STRICT;

CREATE TABLE process (
  entity_id TEXT PRIMARY KEY,
  document TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE incident (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  start_ms REAL NOT NULL,
  end_ms REAL NOT NULL,
  severity INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX incident_by_start ON incident (start_ms);
`;

/**
 * What waits to be forwarded, how far each destination is, and what receivers refused. `queued_ms` is on the
 * outbox's own clock; `destination` is empty for entries that go to all. Small columns come before the document, so
 * that adding them up reads no overflow pages.
 */
export const outbox = `
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL,
  destination TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL,
  severity INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  queued_ms INTEGER NOT NULL,
  time_ms REAL NOT NULL,
  rule_id TEXT,
  document TEXT NOT NULL,
  UNIQUE (event_id, destination)
) STRICT;
CREATE INDEX outbox_by_severity ON outbox (severity);
CREATE INDEX outbox_own ON outbox (destination) WHERE destination <> '';

CREATE TABLE outbox_totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  clock_ms INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  put INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_totals (id, clock_ms, entries, bytes, put) VALUES (1, 0, 0, 0, 0);

CREATE TABLE outbox_destination (
  name TEXT PRIMARY KEY,
  cursor INTEGER NOT NULL,
  offered_before INTEGER NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0,
  filtered INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  requeued INTEGER NOT NULL DEFAULT 0,
  retry_requested INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID, STRICT;

CREATE TABLE outbox_dead_letter (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  destination TEXT NOT NULL,
  event_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  severity INTEGER NOT NULL,
  time_ms REAL NOT NULL,
  rule_id TEXT,
  reason TEXT NOT NULL,
  document TEXT NOT NULL
) STRICT;
`;

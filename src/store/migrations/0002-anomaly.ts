/**
 * What the anomaly jobs have learnt, by mode. Ids are the engine's own and never used again; weights are its
 * growing ones. An open bucket keeps its flagged starts until it closes.
 */
export const anomaly = `
CREATE TABLE anomaly_totals (
  mode TEXT PRIMARY KEY,
  next_id INTEGER NOT NULL,
  next_serial INTEGER NOT NULL,
  counters TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE anomaly_entity (
  mode TEXT NOT NULL,
  id INTEGER NOT NULL,
  host_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  label TEXT NOT NULL,
  buckets REAL NOT NULL,
  sightings REAL NOT NULL,
  flagged_sightings REAL NOT NULL,
  seen INTEGER NOT NULL,
  age INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  history TEXT,
  PRIMARY KEY (mode, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE anomaly_host (
  mode TEXT NOT NULL,
  id INTEGER NOT NULL,
  watermark_ms REAL NOT NULL,
  newest_index INTEGER NOT NULL,
  age INTEGER NOT NULL,
  closed_age INTEGER NOT NULL,
  normalisers TEXT,
  PRIMARY KEY (mode, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE anomaly_pair (
  mode TEXT NOT NULL,
  id INTEGER NOT NULL,
  entity_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  count REAL NOT NULL,
  flagged REAL NOT NULL,
  seen INTEGER NOT NULL,
  age INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  PRIMARY KEY (mode, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE anomaly_bucket (
  mode TEXT NOT NULL,
  serial INTEGER NOT NULL,
  host_id INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  age INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (mode, serial)
) WITHOUT ROWID, STRICT;

CREATE TABLE anomaly_sighting (
  mode TEXT NOT NULL,
  serial INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  process TEXT,
  user_id INTEGER,
  parent_id INTEGER,
  start TEXT NOT NULL,
  PRIMARY KEY (mode, serial, ordinal)
) WITHOUT ROWID, STRICT;

CREATE TABLE anomaly_journal (
  mode TEXT NOT NULL,
  page INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (mode, page)
) STRICT;

CREATE TABLE anomaly_record (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  mode TEXT NOT NULL,
  job TEXT NOT NULL,
  host TEXT NOT NULL,
  entity TEXT NOT NULL,
  bucket_start_ms REAL NOT NULL,
  score REAL NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX anomaly_record_by_entity ON anomaly_record (host, entity);

CREATE TABLE anomaly_pending (
  rule_id TEXT NOT NULL,
  record_id TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (rule_id, record_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE baseline (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  document TEXT NOT NULL
) STRICT;
`;

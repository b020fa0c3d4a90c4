/**
 * What is done to processes. It lives in a file of its own beside the state file, because it must be on the disk
 * before a process is touched, while the batch that the decision comes from is still open.
 */
export const response = `
CREATE TABLE action (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  verb TEXT NOT NULL,
  at_ms REAL NOT NULL,
  user TEXT NOT NULL,
  image TEXT NOT NULL,
  -- Whether a process was, or was about to be, acted on for the policy.
  is_spent INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX action_open ON action (id) WHERE is_open = 1;
CREATE INDEX action_spent ON action (at_ms) WHERE is_spent = 1;

CREATE TABLE hold (
  id TEXT PRIMARY KEY,
  document TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE standing (
  name TEXT PRIMARY KEY,
  document TEXT NOT NULL
) WITHOUT ROWID, STRICT;
`;

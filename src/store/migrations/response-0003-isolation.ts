/** What was done about the host's isolation, and by whom. What should be in force is in `standing`. */
export const responseIsolation = `
CREATE TABLE isolation_change (
  seq INTEGER PRIMARY KEY,
  at_ms REAL NOT NULL,
  -- Whether the agent isolated the host, or tried to, by itself.
  is_spent INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
`;

/** What people told the response to do, and who they were. */
export const responseCommand = `
CREATE TABLE command (
  seq INTEGER PRIMARY KEY,
  at_ms REAL NOT NULL,
  document TEXT NOT NULL
) STRICT;
`;

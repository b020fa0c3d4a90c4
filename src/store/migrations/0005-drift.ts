/** How scores and missing fields have spread so far, for each model by the hash of its weights. */
export const drift = `
CREATE TABLE drift (
  model TEXT PRIMARY KEY,
  counts TEXT NOT NULL
) WITHOUT ROWID, STRICT;
`;

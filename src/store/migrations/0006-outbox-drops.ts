/** What was given up and no alert has told of yet. */
export const outboxDrops = `
CREATE TABLE outbox_drop (
  destination TEXT NOT NULL,
  severity INTEGER NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (destination, severity, reason)
) WITHOUT ROWID, STRICT;
`;

/** Documents given up that no destination counts: never taken in, or left by a destination that was removed. */
export const outboxDropped = `
ALTER TABLE outbox_totals ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
`;

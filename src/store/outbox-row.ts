import type { OutboxEntry } from '../forward/index.ts';

/** An entry as SQLite gives it: what is of no rule, as incidents and what the agent says of itself, has NULL there. */
export type OutboxRow<Entry extends OutboxEntry> = Omit<Entry, 'ruleId'> & { readonly ruleId: string | null };

/** The entry as it was put. */
export function fromRow<Row extends { readonly ruleId: string | null }>({ ruleId, ...entry }: Row) {
  return { ...entry, ruleId: ruleId ?? undefined };
}

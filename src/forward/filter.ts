import type { OutboxEntry, OutboxKind } from './outbox.ts';

/** Which entries a destination gets. */
export interface ForwardFilter {
  /** Least severe entry that is sent; health has none and is not held to it. */
  readonly minSeverity: number;
  /** Empty: all. */
  readonly kinds: readonly OutboxKind[];
  /** Ids of rules, of alerts only; empty: all. */
  readonly rules: readonly string[];
}

export function compileFilter({ minSeverity, kinds, rules }: ForwardFilter): (entry: OutboxEntry) => boolean {
  const ruleSet = new Set(rules);
  return (entry) => {
    if (kinds.length > 0 && !kinds.includes(entry.kind)) return false;
    if (entry.kind === 'health') return true;
    if (entry.severity < minSeverity) return false;
    return ruleSet.size === 0 || entry.kind !== 'alert' || ruleSet.has(entry.ruleId ?? '');
  };
}

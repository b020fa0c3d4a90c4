import { type Alert, alertToEcs, severityNumbers } from '../alert/index.ts';
import { ArchiveBounds, type ArchiveLimits } from './archive-bounds.ts';
import type { Store } from './store.ts';

/** What an agent keeps that runs for years. */
export const alertLimits: ArchiveLimits = { rows: 20_000, bytes: 134_217_728 };

/** Alerts raised, kept as the documents that go out. */
export class AlertTable {
  readonly #bounds: ArchiveBounds | undefined;
  readonly #insert;
  readonly #select;
  readonly #selectAll;
  readonly #removed;

  /** With `limits` the oldest leave. */
  constructor(store: Store, limits?: ArchiveLimits) {
    this.#bounds = limits && new ArchiveBounds(store.connection, 'alert', limits);
    this.#insert = store.connection.prepare<[string, number, string, number, string]>(
      'INSERT INTO alert (id, time_ms, rule_id, severity, document) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
    );
    this.#select = store.connection
      .prepare<[string], string>('SELECT document FROM alert WHERE id = ?')
      .pluck();
    this.#selectAll = store.connection.prepare<[], string>('SELECT document FROM alert ORDER BY seq').pluck();
    // Rows are numbered from 1 without gaps.
    this.#removed = store.connection
      .prepare<[], number>('SELECT coalesce(min(seq), 1) - 1 FROM alert')
      .pluck();
  }

  /** How many have left because there were too many. */
  get removed(): number {
    return this.#removed.get() ?? 0;
  }

  /** False when this alert is already there. */
  insert(alert: Alert): boolean {
    const document = JSON.stringify(alertToEcs(alert));
    const severity = severityNumbers[alert.rule.severity];
    const { changes } = this.#insert.run(alert.id, alert.timeMs, alert.rule.id, severity, document);
    if (changes === 1) this.#bounds?.tend(document);
    return changes === 1;
  }

  has(id: string): boolean {
    return this.#select.get(id) !== undefined;
  }

  /** The documents of all alerts as JSON, in the order in which they were raised. */
  *documents(): Generator<string> {
    yield* this.#selectAll.iterate();
  }

  /** The alert's document as JSON. */
  get(id: string): string | undefined {
    return this.#select.get(id);
  }
}

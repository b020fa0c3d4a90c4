import { type Alert, alertToEcs, severityNumbers } from '../alert/index.ts';
import type { Store } from './store.ts';

/** Alerts raised, kept as the documents that go out. */
export class AlertTable {
  readonly #insert;
  readonly #select;
  readonly #selectAll;

  constructor(store: Store) {
    this.#insert = store.connection.prepare<[string, number, string, number, string]>(
      'INSERT INTO alert (id, time_ms, rule_id, severity, document) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
    );
    this.#select = store.connection
      .prepare<[string], string>('SELECT document FROM alert WHERE id = ?')
      .pluck();
    this.#selectAll = store.connection.prepare<[], string>('SELECT document FROM alert ORDER BY seq').pluck();
  }

  /** False when this alert is already there. */
  insert(alert: Alert): boolean {
    const document = JSON.stringify(alertToEcs(alert));
    const severity = severityNumbers[alert.rule.severity];
    return this.#insert.run(alert.id, alert.timeMs, alert.rule.id, severity, document).changes === 1;
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

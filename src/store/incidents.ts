import { type Incident, incidentToJson, severityNumbers } from '../alert/index.ts';
import type { Store } from './store.ts';

/** Incidents told, kept as the documents that go out. */
export class IncidentTable {
  readonly #insert;
  readonly #select;
  readonly #selectAll;

  constructor(store: Store) {
    this.#insert = store.connection.prepare<[string, number, number, number, string]>(
      'INSERT INTO incident (id, start_ms, end_ms, severity, document) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
    );
    this.#select = store.connection
      .prepare<[string], string>('SELECT document FROM incident WHERE id = ?')
      .pluck();
    this.#selectAll = store.connection
      .prepare<[], string>('SELECT document FROM incident ORDER BY start_ms, id')
      .pluck();
  }

  /** False when this incident is already there. */
  insert(incident: Incident): boolean {
    const { id, startMs, endMs, severity } = incident;
    const document = incidentToJson(incident);
    return this.#insert.run(id, startMs, endMs, severityNumbers[severity], document).changes === 1;
  }

  /** The incident's document as JSON. */
  get(id: string): string | undefined {
    return this.#select.get(id);
  }

  /** The documents of all incidents as JSON, earliest first. */
  *documents(): Generator<string> {
    yield* this.#selectAll.iterate();
  }
}

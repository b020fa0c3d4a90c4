import { type Incident, incidentToJson, severityNumbers } from '../alert/index.ts';
import { ArchiveBounds, type ArchiveLimits } from './archive-bounds.ts';
import type { Store } from './store.ts';

/** What an agent keeps that runs for years. */
export const incidentLimits: ArchiveLimits = { rows: 5_000, bytes: 67_108_864 };

/** Incidents told, kept as the documents that go out. */
export class IncidentTable {
  readonly #bounds: ArchiveBounds | undefined;
  readonly #insert;
  readonly #select;
  readonly #selectAll;
  readonly #removed;

  /** With `limits` the oldest leave. */
  constructor(store: Store, limits?: ArchiveLimits) {
    this.#bounds = limits && new ArchiveBounds(store.connection, 'incident', limits);
    this.#insert = store.connection.prepare<[string, number, number, number, string]>(
      'INSERT INTO incident (id, start_ms, end_ms, severity, document) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
    );
    this.#select = store.connection
      .prepare<[string], string>('SELECT document FROM incident WHERE id = ?')
      .pluck();
    this.#selectAll = store.connection
      .prepare<[], string>('SELECT document FROM incident ORDER BY start_ms, id')
      .pluck();
    // Rows are numbered from 1 without gaps.
    this.#removed = store.connection
      .prepare<[], number>('SELECT coalesce(min(seq), 1) - 1 FROM incident')
      .pluck();
  }

  /** How many have left because there were too many. */
  get removed(): number {
    return this.#removed.get() ?? 0;
  }

  /** False when this incident is already there. */
  insert(incident: Incident): boolean {
    const { id, startMs, endMs, severity } = incident;
    const document = incidentToJson(incident);
    const { changes } = this.#insert.run(id, startMs, endMs, severityNumbers[severity], document);
    if (changes === 1) this.#bounds?.tend(document);
    return changes === 1;
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

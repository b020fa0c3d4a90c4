import type { ScoredStart } from '../../anomaly/index.ts';
import { RecentRing } from '../recent-ring.ts';
import type { StatePort } from '../state-port.ts';

/** The last starts that the model called malicious, whole, found by event id. */
export class FlaggedStarts {
  readonly #ring: RecentRing<ScoredStart>;
  readonly #byEventId = new Map<string, ScoredStart>();

  constructor(limit: number, port?: StatePort) {
    this.#ring = new RecentRing('flagged-start', limit, port);
    for (const start of this.#ring.inOrder()) this.#byEventId.set(start.event.id, start);
  }

  observe(start: ScoredStart): void {
    const leaving = this.#ring.push(start);
    if (leaving !== undefined && this.#byEventId.get(leaving.event.id) === leaving) {
      this.#byEventId.delete(leaving.event.id);
    }
    this.#byEventId.set(start.event.id, start);
  }

  get(eventId: string): ScoredStart | undefined {
    return this.#byEventId.get(eventId);
  }

  /** Latest first. */
  latestFirst(): Iterable<ScoredStart> {
    return this.#ring.latestFirst();
  }

  save(port: StatePort): void {
    this.#ring.save(port);
  }
}

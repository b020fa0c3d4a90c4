import { rememberStart, type ScoredStart } from '../../anomaly/index.ts';
import { RecentRing } from '../recent-ring.ts';
import type { StatePort } from '../state-port.ts';
import { hostKeyOf, userKeyOf } from '../subject-keys.ts';

const none: readonly ScoredStart[] = [];

/** The last starts that the model called malicious, as they are remembered, found by event id or by who made them. */
export class FlaggedStarts {
  readonly #ring: RecentRing<ScoredStart>;
  readonly #byEventId = new Map<string, ScoredStart>();
  /** By host and user, in order of arrival, so that the first is also the first to leave. */
  readonly #byMaker = new Map<string, ScoredStart[]>();

  constructor(limit: number, port?: StatePort) {
    this.#ring = new RecentRing('flagged-start', limit, port);
    for (const start of this.#ring.inOrder()) this.#index(start);
  }

  observe(start: ScoredStart): void {
    const kept = rememberStart(start);
    const leaving = this.#ring.push(kept);
    if (leaving !== undefined) this.#forget(leaving);
    this.#index(kept);
  }

  get(eventId: string): ScoredStart | undefined {
    return this.#byEventId.get(eventId);
  }

  /** All of one user of one host, in order of arrival. */
  of(host: string, user: string): readonly ScoredStart[] {
    return this.#byMaker.get(makerKey(host, user)) ?? none;
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#ring.forgetSaved();
  }

  save(port: StatePort): void {
    this.#ring.save(port);
  }

  #index(start: ScoredStart): void {
    this.#byEventId.set(start.event.id, start);
    const key = makerKeyOf(start);
    const starts = this.#byMaker.get(key);
    if (starts === undefined) this.#byMaker.set(key, [start]);
    else starts.push(start);
  }

  #forget(start: ScoredStart): void {
    if (this.#byEventId.get(start.event.id) === start) this.#byEventId.delete(start.event.id);
    const key = makerKeyOf(start);
    const starts = this.#byMaker.get(key)!;
    if (starts.length === 1) this.#byMaker.delete(key);
    else starts.shift();
  }
}

function makerKeyOf({ event }: ScoredStart): string {
  return makerKey(hostKeyOf(event.host), userKeyOf(event));
}

/** The length tells where the host ends, whatever is in the names. */
function makerKey(host: string, user: string): string {
  return `${host.length} ${host}${user}`;
}

import type { ScoredStart } from '../../anomaly/index.ts';
import { shortenMiddle } from '../../text/index.ts';
import { RecentRing } from '../recent-ring.ts';
import type { StatePort } from '../state-port.ts';
import { hostKeyOf, userLabel } from '../subject-keys.ts';

/** A process start as triage remembers it. */
export interface SeenStart {
  readonly eventId: string;
  readonly host: string;
  readonly timeMs: number;
  readonly entityId: string | undefined;
  readonly parentId: string | undefined;
  readonly pid: number | undefined;
  readonly name: string | undefined;
  /** Command line, else path; the middle cut where it is long. */
  readonly line: string | undefined;
  readonly user: string;
  /** P(malicious). */
  readonly score: number;
}

const maxLineLength = 400;
const none: readonly SeenStart[] = [];

/** The last process starts over all hosts, found by the id of the process or of its parent. */
export class RecentStarts {
  readonly #ring: RecentRing<SeenStart>;
  readonly #byId = new Map<string, SeenStart>();
  /** In order of arrival, so that the first is also the first to leave. */
  readonly #byParent = new Map<string, SeenStart[]>();

  constructor(limit: number, port?: StatePort) {
    this.#ring = new RecentRing('recent-start', limit, port);
    for (const start of this.#ring.inOrder()) this.#index(start);
  }

  observe(start: ScoredStart): void {
    const seen = toSeenStart(start);
    const leaving = this.#ring.push(seen);
    if (leaving !== undefined) this.#forget(leaving);
    this.#index(seen);
  }

  get(entityId: string | undefined): SeenStart | undefined {
    return entityId === undefined ? undefined : this.#byId.get(entityId);
  }

  /** What a process started, in order. */
  childrenOf(entityId: string | undefined): readonly SeenStart[] {
    return (entityId === undefined ? undefined : this.#byParent.get(entityId)) ?? none;
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#ring.forgetSaved();
  }

  save(port: StatePort): void {
    this.#ring.save(port);
  }

  #index(start: SeenStart): void {
    const { entityId, parentId } = start;
    if (entityId !== undefined) this.#byId.set(entityId, start);
    if (parentId === undefined) return;
    const siblings = this.#byParent.get(parentId);
    if (siblings === undefined) this.#byParent.set(parentId, [start]);
    else siblings.push(start);
  }

  #forget(start: SeenStart): void {
    const { entityId, parentId } = start;
    if (entityId !== undefined && this.#byId.get(entityId) === start) this.#byId.delete(entityId);
    if (parentId === undefined) return;
    const siblings = this.#byParent.get(parentId)!;
    if (siblings.length === 1) this.#byParent.delete(parentId);
    else siblings.shift();
  }
}

export function toSeenStart({ event, prediction }: ScoredStart): SeenStart {
  const { process } = event;
  const line = process.commandLine ?? process.executable;
  return {
    eventId: event.id,
    host: hostKeyOf(event.host),
    timeMs: event.timeMs,
    entityId: process.entityId,
    parentId: process.parent.entityId,
    pid: process.pid,
    name: process.name,
    line: line === undefined ? undefined : shortenMiddle(line, maxLineLength),
    user: userLabel(event),
    score: prediction.maliciousProbability,
  };
}

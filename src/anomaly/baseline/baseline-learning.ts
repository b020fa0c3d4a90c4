import { weightAt } from '../decay.ts';
import type { AnomalyMemory } from '../memory.ts';
import { defaultAnomalyOptions } from '../options.ts';
import type { ScoredStart } from '../scored-start.ts';
import { createSubjectReader } from '../subject.ts';
import { addCount, type Baseline, BaselineTotals, nested } from './baseline.ts';
import type { UserHash } from './user-hash.ts';

const readSubject = createSubjectReader({ mode: 'default' });

interface HostSpan {
  bucket: number;
  /** What was sighted in the bucket already. */
  readonly seen: Set<string>;
}

/** Learns a baseline from recordings. What the model flags is no ordinary activity and is left out. */
export class BaselineLearner {
  readonly #totals = new BaselineTotals();
  readonly #hosts = new Map<string, HostSpan>();
  readonly #userHash: UserHash | undefined;
  #flagged = 0;
  #learnt = 0;

  /** Without a hash, users are left out. */
  constructor(userHash?: UserHash) {
    this.#userHash = userHash;
  }

  /** Starts left out because the model flags them, and starts learnt. */
  get counts(): { readonly flagged: number; readonly learnt: number } {
    return { flagged: this.#flagged, learnt: this.#learnt };
  }

  learn(start: ScoredStart): void {
    if (start.prediction.prediction === 1) {
      this.#flagged++;
      return;
    }
    this.#learnt++;
    const { host, user, parent, process, timeMs } = readSubject(start, false);
    const span = this.#spanOf(host, Math.floor(timeMs / defaultAnomalyOptions.bucketSpanMs));
    if (process === undefined) return;
    const totals = this.#totals;
    if (isNew(span.seen, '', process)) {
      totals.sightings++;
      addCount(totals.processes, process, 1);
    }
    if (parent !== undefined && isNew(span.seen, `p${parent}`, process)) {
      addCount(nested(totals.parents, parent), process, 1);
    }
    if (this.#userHash !== undefined && user !== undefined && isNew(span.seen, `u${user}`, process)) {
      addCount(nested(totals.users, this.#userHash.hash(user)), process, 1);
    }
  }

  finish(): Baseline {
    this.#totals.hosts = this.#hosts.size;
    return this.#totals.toBaseline(this.#userHash?.keyId ?? null);
  }

  #spanOf(host: string, bucket: number): HostSpan {
    let span = this.#hosts.get(host);
    if (span === undefined) {
      span = { bucket, seen: new Set() };
      this.#hosts.set(host, span);
    } else if (span.bucket !== bucket) {
      span.bucket = bucket;
      span.seen.clear();
    }
    return span;
  }
}

function isNew(seen: Set<string>, group: string, process: string): boolean {
  const key = `${group}\n${process}`;
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** What the jobs in `default` mode have learnt of their hosts, as of the last closed buckets. */
export function baselineFromMemory(memory: AnomalyMemory, userHash?: UserHash): Baseline {
  const totals = new BaselineTotals();
  totals.hosts = memory.hosts.size;
  for (const entity of memory.entities()) {
    const weight = weightAt(entity.host.closedAge);
    for (const { name, count, flagged } of entity.pairs.values()) {
      const ordinary = Math.max(0, count - flagged) / weight;
      if (ordinary <= 0) continue;
      if (entity.kind === 'host') {
        totals.sightings += ordinary;
        addCount(totals.processes, name, ordinary);
      } else if (entity.kind === 'parent') {
        addCount(nested(totals.parents, entity.key), name, ordinary);
      } else if (userHash !== undefined) {
        addCount(nested(totals.users, userHash.hash(entity.key)), name, ordinary);
      }
    }
  }
  return totals.toBaseline(userHash?.keyId ?? null);
}

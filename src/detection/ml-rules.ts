import type { AnomalyRecord, ClosedBucket } from '../anomaly/index.ts';
import type { MlDetection } from './ml-detection.ts';
import type { AnomalyRule } from './rule.ts';

/** A record that waits for the next run of a rule. */
export interface PendingRecord {
  readonly ruleId: string;
  readonly record: AnomalyRecord;
}

/**
 * The rules on anomaly records. A rule runs at the multiples of its interval in the event time of each host,
 * as soon as every bucket that ended by then is closed. Each record belongs to the first run after its
 * bucket's end, so that runs whose look-back overlaps never report it twice.
 */
export class MlRules {
  readonly #rules: readonly AnomalyRule[];
  readonly #pending = new Map<AnomalyRule, Map<string, AnomalyRecord[]>>();
  #outsideLookBack = 0;

  constructor(rules: readonly AnomalyRule[], pending: readonly PendingRecord[] = []) {
    this.#rules = rules.filter(({ enabled }) => enabled);
    for (const rule of this.#rules) {
      for (const { ruleId, record } of pending) if (ruleId === rule.id) this.#await(rule, record);
    }
  }

  /** Records whose run came later than the rule's look-back, since the start. */
  get outsideLookBack(): number {
    return this.#outsideLookBack;
  }

  /** Records that still wait for a run: to be kept for the next start of the agent. */
  get pending(): PendingRecord[] {
    const waiting: PendingRecord[] = [];
    for (const [rule, hosts] of this.#pending) {
      for (const records of hosts.values()) {
        for (const record of records) waiting.push({ ruleId: rule.id, record });
      }
    }
    return waiting;
  }

  /** Takes a closed bucket, and runs what is due on its host. */
  evaluate({ host, endMs, records }: ClosedBucket): MlDetection[] {
    const detections: MlDetection[] = [];
    for (const rule of this.#rules) {
      for (const record of records) {
        if (record.job === rule.job && record.score >= rule.threshold) this.#await(rule, record);
      }
      if (this.#pending.size > 0) detections.push(...this.#runUntil(rule, host, endMs));
    }
    return detections;
  }

  /** Runs what still waits: a finite recording has ended. */
  flush(): MlDetection[] {
    const detections: MlDetection[] = [];
    for (const rule of this.#rules) {
      const hosts = [...(this.#pending.get(rule)?.keys() ?? [])];
      for (const host of hosts) detections.push(...this.#runUntil(rule, host, Number.POSITIVE_INFINITY));
    }
    return detections;
  }

  #await(rule: AnomalyRule, record: AnomalyRecord): void {
    const hosts = this.#pending.get(rule) ?? new Map<string, AnomalyRecord[]>();
    this.#pending.set(rule, hosts);
    const waiting = hosts.get(record.host);
    if (waiting === undefined) hosts.set(record.host, [record]);
    else waiting.push(record);
  }

  /** The runs of a rule on a host up to a time, in order. */
  #runUntil(rule: AnomalyRule, host: string, endMs: number): MlDetection[] {
    const hosts = this.#pending.get(rule);
    const waiting = hosts?.get(host);
    if (hosts === undefined || waiting === undefined) return [];
    const runs = new Map<number, AnomalyRecord[]>();
    const later: AnomalyRecord[] = [];
    for (const record of waiting) {
      const runMs = runOf(rule, record);
      if (runMs > endMs) later.push(record);
      else if (record.bucketStartMs < runMs - rule.lookBackMs) this.#outsideLookBack++;
      else {
        const found = runs.get(runMs);
        if (found === undefined) runs.set(runMs, [record]);
        else found.push(record);
      }
    }
    if (later.length > 0) hosts.set(host, later);
    else hosts.delete(host);
    if (hosts.size === 0) this.#pending.delete(rule);
    return [...runs].sort(([a], [b]) => a - b).flatMap(([runMs, found]) => report(rule, host, runMs, found));
  }
}

/** The first run at or after the end of the record's bucket. */
function runOf({ intervalMs }: AnomalyRule, { bucketStartMs, bucketSpanMs }: AnomalyRecord): number {
  return Math.ceil((bucketStartMs + bucketSpanMs) / intervalMs) * intervalMs;
}

function report(
  rule: AnomalyRule,
  host: string,
  runMs: number,
  found: readonly AnomalyRecord[],
): MlDetection[] {
  const sorted = found.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  const detections: MlDetection[] = sorted
    .slice(0, rule.maxAlerts)
    .map((record) => ({ kind: 'anomaly', rule, record, runMs }));
  const rest = sorted.slice(rule.maxAlerts);
  const [strongest] = rest;
  if (strongest === undefined) return detections;
  const recordIds = rest.map(({ id }) => id);
  detections.push({ kind: 'anomaly-roll-up', rule, host, runMs, count: rest.length, strongest, recordIds });
  return detections;
}

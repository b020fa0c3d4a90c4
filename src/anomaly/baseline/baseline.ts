import * as z from 'zod';
import { AgentError, messageOf } from '../../errors/index.ts';
import type { StartCounts } from '../priors.ts';
import { clipName, maxKeyLength } from '../subject.ts';

/** Limits of a baseline, so that a hostile file cannot fill memory. */
export const baselineLimits = {
  bytes: 32 * 1024 * 1024,
  names: 20_000,
  parents: 5_000,
  children: 2_000,
  users: 10_000,
  userNames: 2_000,
} as const;

/** A key clipped before it was folded is up to twice as long, and read all the same; it counts under the key it is clipped to. */
const Name = z
  .string()
  .min(1)
  .max(2 * maxKeyLength);
const Count = z.number().positive().max(1e12);

function counts(most: number) {
  return z.record(Name, Count).refine((value) => Object.keys(value).length <= most, {
    error: `has more than ${most} names`,
  });
}

const Baseline = z
  .strictObject({
    format: z.literal('problemchild-baseline'),
    version: z.literal(1),
    /** Hosts it was learnt from. */
    hosts: z.int().min(0).max(1e9),
    /** (process name, host, 15-minute bucket) sightings, also of names that are not listed. */
    sightings: z.number().min(0).max(1e12),
    processes: counts(baselineLimits.names),
    parents: z
      .record(Name, counts(baselineLimits.children))
      .refine((value) => Object.keys(value).length <= baselineLimits.parents, {
        error: `has more than ${baselineLimits.parents} parents`,
      }),
    /** Which organisation's key hashed the users; null where there are none. */
    keyId: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .nullable(),
    users: z
      .record(z.string().regex(/^[0-9a-f]{32}$/), counts(baselineLimits.userNames))
      .refine((value) => Object.keys(value).length <= baselineLimits.users, {
        error: `has more than ${baselineLimits.users} users`,
      }),
  })
  .refine(({ keyId, users }) => keyId !== null || Object.keys(users).length === 0, {
    error: 'has users but no keyId',
  })
  .refine(({ sightings, processes }) => sumOf(processes) <= sightings + roundingOf(sightings, processes), {
    error: 'lists more sightings by process than there are in all',
  });

/** What ordinary activity starts, as counts alone: no host, user, path or command line is in it. */
export type Baseline = Readonly<z.output<typeof Baseline>> & StartCounts;

/** @throws AgentError PC_BASELINE_INVALID */
export function parseBaseline(text: string, where: string): Baseline {
  const fail = (what: string, cause?: unknown): AgentError =>
    new AgentError('PC_BASELINE_INVALID', `${where}: ${what}`, { where, cause });
  if (text.length > baselineLimits.bytes) throw fail(`is larger than ${baselineLimits.bytes} bytes`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw fail(`is not JSON: ${messageOf(cause)}`, cause);
  }
  const result = Baseline.safeParse(document);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5);
  throw fail(issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; '));
}

/** One line per name, names in order, so that two baselines can be compared by eye and by diff. */
export function formatBaseline(baseline: Baseline): string {
  return `${JSON.stringify(baseline, undefined, 1)}\n`;
}

/**
 * Adds baselines up. Users merge only under one key.
 * @throws AgentError PC_BASELINE_KEY
 */
export function mergeBaselines(baselines: readonly Baseline[]): Baseline {
  const keyIds = new Set(baselines.map(({ keyId }) => keyId).filter((keyId) => keyId !== null));
  if (keyIds.size > 1) {
    throw new AgentError(
      'PC_BASELINE_KEY',
      `the baselines hash their users with ${keyIds.size} different keys: ${[...keyIds].join(', ')}`,
    );
  }
  const total = new BaselineTotals();
  for (const baseline of baselines) total.add(baseline);
  return total.toBaseline([...keyIds][0] ?? null);
}

type MutableCounts = Map<string, number>;

/** Counts being added up, and cut to the limits: the most frequent stay. */
export class BaselineTotals {
  hosts = 0;
  sightings = 0;
  readonly processes: MutableCounts = new Map();
  readonly parents = new Map<string, MutableCounts>();
  readonly users = new Map<string, MutableCounts>();

  add(baseline: Baseline): void {
    this.hosts += baseline.hosts;
    this.sightings += baseline.sightings;
    addCounts(this.processes, baseline.processes);
    for (const [parent, counted] of Object.entries(baseline.parents))
      addCounts(nested(this.parents, parent), counted);
    for (const [user, counted] of Object.entries(baseline.users))
      addCounts(nested(this.users, user), counted);
  }

  toBaseline(keyId: string | null): Baseline {
    const processes = mostFrequent(this.processes, baselineLimits.names);
    return {
      format: 'problemchild-baseline',
      version: 1,
      hosts: this.hosts,
      // Each count is rounded by itself: together they may exceed what all of them are.
      sightings: Math.max(round(this.sightings), round(sumOf(processes))),
      processes,
      parents: largest(this.parents, baselineLimits.parents, baselineLimits.children),
      keyId,
      users: keyId === null ? {} : largest(this.users, baselineLimits.users, baselineLimits.userNames),
    };
  }
}

/** The counts under a name, made on first use. */
export function nested(counted: Map<string, MutableCounts>, name: string): MutableCounts {
  const key = clipName(name);
  const known = counted.get(key);
  if (known !== undefined) return known;
  const created: MutableCounts = new Map();
  counted.set(key, created);
  return created;
}

export function addCount(counted: MutableCounts, name: string, count: number): void {
  const key = clipName(name);
  counted.set(key, (counted.get(key) ?? 0) + count);
}

function addCounts(into: MutableCounts, counted: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counted)) addCount(into, name, count);
}

function mostFrequent(counted: MutableCounts, most: number): Record<string, number> {
  const kept = [...counted]
    .map(([name, count]): [string, number] => [name, round(count)])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
    .slice(0, most);
  return Object.fromEntries(kept.sort(([a], [b]) => compare(a, b)));
}

function largest(
  counted: ReadonlyMap<string, MutableCounts>,
  most: number,
  mostNames: number,
): Record<string, Record<string, number>> {
  const kept = [...counted]
    .map(([key, names]) => ({
      key,
      names: mostFrequent(names, mostNames),
      total: [...names.values()].reduce(plus, 0),
    }))
    .filter(({ names }) => Object.keys(names).length > 0)
    .sort((a, b) => b.total - a.total || compare(a.key, b.key))
    .slice(0, most);
  return Object.fromEntries(kept.sort((a, b) => compare(a.key, b.key)).map(({ key, names }) => [key, names]));
}

function sumOf(counted: Readonly<Record<string, number>>): number {
  return Object.values(counted).reduce(plus, 0);
}

function plus(a: number, b: number): number {
  return a + b;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Counts carry three decimals; a recording gives whole numbers, an agent decayed ones. */
function round(count: number): number {
  return Math.round(count * 1_000) / 1_000;
}

/** By how much the counts may exceed their total where each of them, and the total, was rounded by itself. */
function roundingOf(total: number, counted: Readonly<Record<string, number>>): number {
  return 0.0005 * (Object.keys(counted).length + 1) + 1e-6 * (total + 1);
}

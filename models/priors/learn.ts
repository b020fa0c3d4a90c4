import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { StartCounts } from '../../src/anomaly/index.ts';

interface Label {
  readonly 'event.id': string;
  readonly label: string;
}

interface EcsStart {
  readonly '@timestamp': string;
  readonly event: { readonly id: string };
  readonly host?: { readonly name?: string };
  readonly process?: { readonly name?: string; readonly parent?: { readonly name?: string } };
}

/** Sightings of one host: by name, and by parent and name. */
interface HostSightings {
  total: number;
  readonly names: Map<string, number>;
  readonly pairs: Map<string, number>;
}

/** Command lines out of documentation: no real parents, no real frequencies. */
const withoutTelemetry = ['benign-admin', 'atomic-red-team', 'lolbas'];
const bucketMs = 15 * 60_000;
const leastHosts = 2;
const leastHostSightings = 5;

/** Counts of the benign starts in `folder`, without the groups named. */
export function learnPriors(folder: string, without: readonly string[] = []): StartCounts {
  const leftOut = new Set([...withoutTelemetry, ...without]);
  const benign = new Set<string>();
  for (const label of readLines<Label>(join(folder, 'labels.ndjson.gz'))) {
    if (label.label === 'benign') benign.add(label['event.id']);
  }
  const hosts = new Map<string, HostSightings>();
  const seen = new Set<string>();
  for (const file of readdirSync(folder).sort()) {
    const group = file.replace('.ndjson.gz', '');
    if (group === 'labels' || leftOut.has(group)) continue;
    for (const start of readLines<EcsStart>(join(folder, file))) {
      if (benign.has(start.event.id)) addSighting(hosts, seen, group, start);
    }
  }
  return summarise([...hosts.values()].filter(({ total }) => total >= leastHostSightings));
}

function addSighting(
  hosts: Map<string, HostSightings>,
  seen: Set<string>,
  group: string,
  { '@timestamp': timestamp, host, process: started }: EcsStart,
): void {
  const name = started?.name?.toLowerCase();
  if (name === undefined || host?.name === undefined) return;
  const hostKey = `${group}/${host.name.toLowerCase()}`;
  let sightings = hosts.get(hostKey);
  if (sightings === undefined) {
    sightings = { total: 0, names: new Map(), pairs: new Map() };
    hosts.set(hostKey, sightings);
  }
  const when = `${hostKey}/${Math.floor(Date.parse(timestamp) / bucketMs)}`;
  if (!seen.has(`${when}/${name}`)) {
    seen.add(`${when}/${name}`);
    sightings.total++;
    sightings.names.set(name, (sightings.names.get(name) ?? 0) + 1);
  }
  const parent = started?.parent?.name?.toLowerCase();
  if (parent === undefined) return;
  const pair = `${parent}\n${name}`;
  if (seen.has(`${when}/${pair}`)) return;
  seen.add(`${when}/${pair}`);
  sightings.pairs.set(pair, (sightings.pairs.get(pair) ?? 0) + 1);
}

function summarise(hosts: readonly HostSightings[]): StartCounts & { readonly hosts: number } {
  let sightings = 0;
  const names = new Map<string, { count: number; hosts: number }>();
  const pairs = new Map<string, { count: number; hosts: number }>();
  for (const host of hosts) {
    const scale = 1 / Math.sqrt(host.total);
    sightings += host.total * scale;
    addScaled(names, host.names, scale);
    addScaled(pairs, host.pairs, scale);
  }
  const parents: Record<string, Record<string, number>> = {};
  for (const [pair, count] of shared(pairs)) {
    const [parent = '', name = ''] = pair.split('\n');
    parents[parent] ??= {};
    parents[parent][name] = count;
  }
  return {
    hosts: hosts.length,
    sightings: round(sightings),
    processes: Object.fromEntries(shared(names)),
    parents,
  };
}

function addScaled(
  into: Map<string, { count: number; hosts: number }>,
  counts: ReadonlyMap<string, number>,
  scale: number,
): void {
  for (const [key, count] of counts) {
    const known = into.get(key) ?? { count: 0, hosts: 0 };
    known.count += count * scale;
    known.hosts++;
    into.set(key, known);
  }
}

function shared(counts: ReadonlyMap<string, { count: number; hosts: number }>): [string, number][] {
  return [...counts]
    .filter(([, { hosts }]) => hosts >= leastHosts)
    .map(([key, { count }]): [string, number] => [key, round(count)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function* readLines<T>(file: string): Iterable<T> {
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
    if (line !== '') yield JSON.parse(line) as T;
  }
}

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { openReplayRun } from '../../src/agent/index.ts';
import type { Alert, Incident } from '../../src/alert/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { createMemoryLog } from './memory-log.ts';

interface Phases {
  readonly phases: readonly { readonly start: string; readonly event_ids: readonly string[] }[];
  /** Of every event that is not benign. */
  readonly labels: Readonly<Record<string, string | { readonly label: string }>>;
}

export interface TimelineFigures {
  readonly recording: string;
  readonly starts: number;
  readonly alerts: number;
  readonly phases: number;
  /** Phases of which some event is in an incident. */
  readonly phasesTold: number;
  /** Starts of the phases that no incident has. */
  readonly missed: readonly string[];
  readonly incidents: number;
  /** Without an event that is labelled malicious or unknown. */
  readonly benignIncidents: number;
  readonly mostBenignPerHostAndDay: number;
  /** Events labelled malicious in incidents, of all. */
  readonly maliciousTold: number;
  readonly malicious: number;
}

/** Replays a labelled recording at default settings. `path`: without its endings. */
export async function measureTimeline(path: string): Promise<TimelineFigures> {
  const { phases, labels } = JSON.parse(readFileSync(`${path}.phases.json`, 'utf8')) as Phases;
  const { alerts, incidents, starts } = await replayAll(`${path}.ndjson.gz`);
  const labelOf = (id: string): string => {
    const label = labels[id];
    return label === undefined ? 'benign' : typeof label === 'string' ? label : label.label;
  };
  const told = new Set(incidents.flatMap(({ members }) => members.map(({ eventId }) => eventId)));
  const missed = phases.filter(({ event_ids }) => !event_ids.some((id) => told.has(id)));
  const benign = incidents.filter(({ members }) =>
    members.every(({ eventId }) => labelOf(eventId) === 'benign'),
  );
  const perDay = new Map<string, number>();
  for (const { host, startMs } of benign) {
    const day = `${host.name} ${new Date(startMs).toISOString().slice(0, 10)}`;
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
  }
  const malicious = Object.keys(labels).filter((id) => labelOf(id) === 'malicious');
  return {
    recording: basename(path),
    starts,
    alerts: alerts.length,
    phases: phases.length,
    phasesTold: phases.length - missed.length,
    missed: missed.map(({ start }) => start),
    incidents: incidents.length,
    benignIncidents: benign.length,
    mostBenignPerHostAndDay: Math.max(0, ...perDay.values()),
    maliciousTold: malicious.filter((id) => told.has(id)).length,
    malicious: malicious.length,
  };
}

async function replayAll(file: string): Promise<{ alerts: Alert[]; incidents: Incident[]; starts: number }> {
  const { config } = loadConfig({ file: undefined, env: {}, flags: [] });
  const run = await openReplayRun({ config, files: [file], stdin: emptyInput(), log: createMemoryLog() });
  const alerts: Alert[] = [];
  const incidents: Incident[] = [];
  try {
    for await (const batch of run.source.batches({ batchSize: config.source.batchSize })) {
      const outcome = await run.pipeline.process(run.source.name, batch);
      alerts.push(...outcome.alerts);
      incidents.push(...outcome.incidents);
    }
    const last = run.pipeline.finish();
    alerts.push(...last.alerts);
    incidents.push(...last.incidents);
    return { alerts, incidents, starts: run.pipeline.tally.scored };
  } finally {
    await run.close();
  }
}

async function* emptyInput(): AsyncGenerator<Uint8Array> {
  // The recordings are files.
}

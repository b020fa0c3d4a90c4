import type { HostEvent, ProcessEvent } from '../src/event/index.ts';
import { ProcessTable } from '../src/lineage/index.ts';
import { createRandom } from './random.ts';
import { sampleEvents } from './sample-events.ts';

/**
 * Tracing starts in a full table: 20 hosts whose processes start others and mostly end, with entity ids of
 * Sysmon's kind and without; and what it costs to hand the changes over for storing after each batch.
 */

const starts = Number(process.env['PC_BENCH_EVENTS'] ?? 300_000);
const rounds = 3;
const batchSize = 1000;

const samples = sampleEvents(5000);
for (const [name, hasIds] of [
  ['lineage.by-pid', false],
  ['lineage.by-id', true],
] as const) {
  let observing = Number.POSITIVE_INFINITY;
  let storing = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    observing = Math.min(observing, measure(hasIds, false));
    storing = Math.min(storing, measure(hasIds, true));
  }
  report(name, observing, 'ns/event');
  report(`${name}.with-changes`, storing, 'ns/event');
}
report('lineage.rss', process.resourceUsage().maxRSS / 1024, 'MB');

function measure(hasIds: boolean, takesChanges: boolean): number {
  const table = new ProcessTable();
  const warmUp = Math.floor(starts / 3);
  let measured = 0;
  let micros = 0;
  let seen = 0;
  let depth = 0;
  let batch: HostEvent[] = [];
  const observeBatch = (): void => {
    const before = process.cpuUsage();
    for (const event of batch) depth += table.observe(event)?.ancestors.length ?? 0;
    if (takesChanges) table.takeChanges();
    const { user, system } = process.cpuUsage(before);
    seen += batch.length;
    if (seen > warmUp) {
      micros += user + system;
      measured += batch.length;
    }
    batch = [];
  };
  // Made outside the time measured, since it costs more than tracing.
  for (const event of makeHistory(hasIds)) {
    batch.push(event);
    if (batch.length === batchSize) observeBatch();
  }
  observeBatch();
  if (depth < starts) throw new Error('ancestors are missing');
  return (micros / measured) * 1000;
}

function* makeHistory(hasIds: boolean): Generator<HostEvent> {
  const random = createRandom(11);
  const alive: ProcessEvent[][] = Array.from({ length: 20 }, () => []);
  let timeMs = Date.UTC(2026, 10, 18);
  for (let index = 0; index < starts; index++) {
    timeMs += 40;
    const host = index % alive.length;
    const running = alive[host]!;
    const parent = running[Math.floor(random() * running.length)];
    const sample = samples[index % samples.length]!;
    const start: ProcessEvent = {
      ...sample,
      timeMs,
      timestamp: new Date(timeMs).toISOString(),
      host: { id: undefined, name: `ws-${host}` },
      process: {
        ...sample.process,
        pid: 4 * (1 + ((index * 7) % 16_000)),
        entityId: hasIds ? `7D3A1F00-0000-0000-0000-${String(index).padStart(12, '0')}` : undefined,
        startMs: timeMs,
        parent: {
          ...sample.process.parent,
          pid: parent?.process.pid ?? 660,
          entityId: parent?.process.entityId,
          name: parent?.process.name,
        },
      },
    };
    yield start;
    if (running.length < 60) running.push(start);
    else {
      const place = Math.floor(random() * running.length);
      const { process, action: _, ...ended } = running[place]!;
      const { pid, entityId, executable } = process;
      yield { ...ended, kind: 'end', timeMs, pid, entityId, executable };
      running[place] = start;
    }
  }
}

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value: Math.round(value), unit })}\n`);
}

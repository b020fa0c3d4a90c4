import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLiveRun, type Tally } from '../../src/agent/index.ts';
import type { LiveInput } from '../../src/agent/live-input.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { Log } from '../../src/log/index.ts';
import type { EventSource } from '../../src/source/index.ts';
import { AnomalyStateTable, Store } from '../../src/store/index.ts';
import type { SourceCounters } from '../../src/windows/index.ts';
import { parseLines } from '../support/cli.ts';
import { makeProcessEvent } from '../support/process-event.ts';
import { makeBatch } from '../support/recordings.ts';

const sample = fileURLToPath(new URL('../../samples/server-winlogbeat.ndjson', import.meta.url));
const lines = readFileSync(sample, 'utf8').trim().split('\n');
const silent: Log & { setLevel(): void; hide(): void } = {
  setLevel: () => undefined,
  hide: () => undefined,
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => silent,
};

/** In the place of what the configuration names. */
let input: LiveInput | undefined;

vi.mock(import('../../src/agent/live-input.ts'), async (original) => {
  const real = await original();
  return {
    ...real,
    openLiveInput: (options) => (input === undefined ? real.openLiveInput(options) : Promise.resolve(input)),
  };
});

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-'));
});

afterEach(() => {
  vi.useRealTimers();
  input = undefined;
  rmSync(folder, { recursive: true });
});

interface Live {
  readonly alertIds: string[];
  readonly tally: Tally;
}

/** Runs on a followed file, and stops when `wanted` records have been taken. */
async function runLive(
  state: string,
  input: string,
  wanted: number,
  piped: readonly string[] = [],
): Promise<Live> {
  const flags = [
    { flag: '--state', key: 'state.file', value: join(folder, state) },
    { flag: '--source', key: 'source.input', value: input },
  ] as const;
  const { config } = loadConfig({ env: {}, flags });
  const stop = new AbortController();
  const alertIds: string[] = [];
  let taken = 0;
  const live = await openLiveRun({
    config,
    stdin: Readable.from(piped.map((line) => Buffer.from(`${line}\n`))),
    clock: { nowMs: Date.now },
    env: {},
    log: silent,
    signal: stop.signal,
    async onOutcome(outcome) {
      alertIds.push(...outcome.alerts.map(({ id }) => id));
      taken += 'scored' in outcome ? (outcome.scored as unknown[]).length : 0;
      if (taken >= wanted) stop.abort();
    },
  });
  return { tally: await live.run(), alertIds };
}

function recordedIds(): string[] {
  const file = join(folder, 'alerts.ndjson');
  if (!existsSync(file)) return [];
  return parseLines(readFileSync(file, 'utf8'))
    .filter(({ event }) => (event as { dataset: string }).dataset === 'problemchild.alert')
    .map(({ event }) => (event as { id: string }).id);
}

/** A capture that holds records, hands none over and does not end, whatever it is told. */
function stuckInput(onOpen: (signal: AbortSignal | undefined) => void): LiveInput {
  const source: EventSource = {
    name: 'etw',
    async *batches({ signal }) {
      onOpen(signal);
      await new Promise(() => undefined);
    },
  };
  const counters = { queued: 5 } as SourceCounters;
  const stats = () => ({ captures: { etw: counters }, duplicates: 0 });
  return { source, library: undefined, isOfNow: true, isResumable: true, stats };
}

describe('the live agent', () => {
  it('stopped and started again raises what one run would have, and records each alert once', async () => {
    const whole = join(folder, 'whole.ndjson');
    writeFileSync(whole, `${lines.join('\n')}\n`);
    const once = await runLive('once.db', whole, lines.length);
    const atOnce = recordedIds();
    rmSync(join(folder, 'alerts.ndjson'));

    const grown = join(folder, 'grown.ndjson');
    writeFileSync(grown, `${lines.slice(0, 12).join('\n')}\n`);
    const first = await runLive('twice.db', grown, 12);
    appendFileSync(grown, `${lines.slice(12).join('\n')}\n`);
    const second = await runLive('twice.db', grown, lines.length - 12);

    expect(first.tally.records + second.tally.records).toBe(once.tally.records);
    expect(once.alertIds.length).toBeGreaterThan(3);
    expect([...first.alertIds, ...second.alertIds]).toEqual(once.alertIds);
    expect(atOnce.toSorted()).toEqual(once.alertIds.toSorted());
    expect(recordedIds().toSorted()).toEqual(once.alertIds.toSorted());
  });

  it('reads all of each stream on standard input', async () => {
    const first = await runLive('state.db', '-', lines.length, lines.slice(0, 12));
    const second = await runLive('state.db', '-', lines.length, lines.slice(12));
    expect([first.tally.records, second.tally.records]).toEqual([12, lines.length - 12]);
  });

  it('moves a damaged state file aside, says so to the receivers, and goes on', async () => {
    const input = join(folder, 'input.ndjson');
    writeFileSync(input, `${lines.join('\n')}\n`);
    writeFileSync(join(folder, 'state.db'), 'this is no SQLite file, but long enough to look at '.repeat(40));
    const { tally } = await runLive('state.db', input, lines.length);
    expect(tally.scored).toBe(lines.length);
    expect(readdirSync(folder).some((name) => name.startsWith('state.db.damaged-'))).toBe(true);
    expect(readFileSync(join(folder, 'alerts.ndjson'), 'utf8')).toContain('problemchild-state-damaged');
  });

  it('closes no bucket by the time of day before what an event log has kept is read', async () => {
    const nowMs = Date.UTC(2026, 10, 18, 12);
    const startAt = (minutes: number) => {
      const timeMs = nowMs - 3 * 60 * 60_000 + minutes * 60_000;
      return makeProcessEvent({ id: `start-${minutes}`, timeMs, timestamp: new Date(timeMs).toISOString() });
    };
    const next = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    const asked: number[] = [];
    const source: EventSource = {
      name: 'eventlog:Security',
      async *batches() {
        for (const minutes of [0, 5, 20]) {
          yield { ...makeBatch([startAt(minutes)], `${minutes}`), hasMore: true };
          asked.push(minutes);
          await next[asked.length - 1]?.promise;
        }
      },
    };
    input = { source, library: undefined, isOfNow: true, isResumable: true, stats: () => undefined };
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const state = join(folder, 'state.db');
    const flags = [{ flag: '--state', key: 'state.file', value: state }] as const;
    const live = await openLiveRun({
      config: loadConfig({ env: {}, flags }).config,
      stdin: Readable.from([]),
      clock: { nowMs: () => nowMs },
      env: {},
      log: silent,
      signal: new AbortController().signal,
      onOutcome: () => Promise.resolve(),
    });
    const run = live.run();
    for (const [index, { resolve }] of next.entries()) {
      await vi.waitUntil(() => asked.length === index + 1);
      await vi.advanceTimersByTimeAsync(60_000);
      resolve();
    }
    await run;
    const store = Store.open(state);
    const counters = new AnomalyStateTable(store).load('default')?.totals?.counters;
    store.close();
    expect(counters).toMatchObject({ observed: 3, late: 0 });
  });

  it('ends when a source that is stuck does not even end', async () => {
    const opened: (AbortSignal | undefined)[] = [];
    input = stuckInput((signal) => opened.push(signal));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const flags = [{ flag: '--state', key: 'state.file', value: join(folder, 'state.db') }] as const;
    const { config } = loadConfig({ env: {}, flags });
    const live = await openLiveRun({
      config,
      stdin: Readable.from([]),
      clock: { nowMs: Date.now },
      env: {},
      log: silent,
      signal: new AbortController().signal,
      onOutcome: () => Promise.resolve(),
    });
    let ended = false;
    const run = live.run().finally(() => {
      ended = true;
    });
    const refused = expect(run).rejects.toThrow(expect.objectContaining({ code: 'PC_AGENT_STALLED' }));
    await vi.waitUntil(() => opened.length === 1);
    const { stalledAfterMs } = config.agent;
    await vi.advanceTimersByTimeAsync(stalledAfterMs + 10_000);
    expect(opened.map((signal) => signal?.aborted)).toEqual([true]);
    await vi.advanceTimersByTimeAsync(stalledAfterMs - 10_000);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(20_000);
    await refused;
    expect(opened).toHaveLength(1);
  });

  it('says that live sources need Windows', async () => {
    if (process.platform === 'win32') return;
    await expect(runLive('state.db', 'etw', 1)).rejects.toThrow(
      expect.objectContaining({ code: 'PC_NATIVE_PLATFORM' }),
    );
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openForwarding } from '../../../src/agent/forwarding.ts';
import { openPipeline } from '../../../src/agent/index.ts';
import { LiveSelftest } from '../../../src/agent/selftest/live-selftest.ts';
import { startMarkedProcess } from '../../../src/agent/selftest/marked-process.ts';
import { trackEntry } from '../../../src/agent/selftest/tracked-entry.ts';
import { alertToEcs, incidentToEcs } from '../../../src/alert/index.ts';
import { loadConfig } from '../../../src/config/index.ts';
import type { HostEvent } from '../../../src/event/index.ts';
import { Store } from '../../../src/store/index.ts';
import { parseLines } from '../../support/cli.ts';
import { createMemoryLog } from '../../support/memory-log.ts';
import { makeProcessEvent } from '../../support/process-event.ts';
import { createFakeScorer, makeBatch, recordings } from '../../support/recordings.ts';

let folder: string;
const open: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-selftest-'));
});
afterEach(async () => {
  for (const close of open.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** The parts of an agent that a self-test passes through; `settings` of its destinations by name. */
async function openAgent(
  destinations: object = { siem: { type: 'file', path: join(folder, 'out.ndjson') } },
) {
  const file = join(folder, 'agent.json');
  writeFileSync(file, JSON.stringify({ forward: { batchAgeMs: 10, destinations } }));
  const { config } = loadConfig({ file, env: {} });
  const store = Store.openTemporary();
  const log = createMemoryLog();
  const forwarding = await openForwarding({ config, env: {} }, store, log);
  const response = vi.fn();
  let nowMs = 0;
  const selftest = new LiveSelftest({
    capture: 'etw',
    entry: trackEntry(store, () => forwarding),
    startProcess: startMarkedProcess,
    log,
    nowMs: () => nowMs,
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const { pipeline } = openPipeline(config, createFakeScorer(), store, {
    aside: selftest,
    response: { take: response, acted: () => undefined },
  });
  forwarding.forwarder.start();
  open.push(
    () => selftest.stop(),
    () => forwarding.forwarder.stop(),
    () => store.close(),
  );
  /** As a live run does with a batch. */
  async function take(...events: readonly HostEvent[]) {
    selftest.arrive(events);
    const outcome = await pipeline.process('etw', makeBatch(events, '1'));
    selftest.commit(outcome.scored);
    return outcome;
  }
  /** Where its process is, as the log tells whoever looks. */
  function begun(): { readonly pid: number; readonly commandLine: string } {
    const { fields } = log.lines.find(({ message }) => message === 'Self-test begun')!;
    return fields as { pid: number; commandLine: string };
  }
  async function untilOver() {
    await vi.waitFor(() => expect(selftest.progress().isOver).toBe(true), 60_000);
    return selftest.progress().steps.map(({ name, state }) => `${name} ${state}`);
  }
  return { selftest, take, begun, untilOver, response, pass };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a self-test of the running agent', () => {
  it('follows a real process to every destination; nobody acts on it', async () => {
    const path = join(folder, 'out.ndjson');
    const { selftest, take, begun, untilOver, response } = await openAgent({
      siem: { type: 'file', path },
      grave: { type: 'file', path: `${path}.2`, minSeverity: 90 },
    });
    const { mark } = await selftest.begin(10_000);
    const { pid, commandLine } = begun();
    expect(isAlive(pid)).toBe(true);
    // The name that the scorer of these tests takes for the worst.
    const start = makeProcessEvent({ process: { pid, name: 'evil.exe', commandLine } });
    const { scored, alerts } = await take(makeProcessEvent(), start);
    expect([scored.length, alerts.length, response.mock.calls.length]).toEqual([2, 0, 1]);
    expect(await untilOver()).toEqual([
      'start ok',
      'capture ok',
      'score ok',
      'alert ok',
      'outbox ok',
      'destination siem ok',
      'destination grave skipped',
    ]);
    expect(parseLines(readFileSync(path, 'utf8'))).toEqual([
      expect.objectContaining({
        tags: ['problemchild-selftest'],
        message: expect.stringContaining('SELF-TEST') as string,
        rule: expect.objectContaining({ id: 'problemchild-selftest' }) as object,
        event: expect.objectContaining({ id: mark, severity: 21 }) as object,
        process: expect.objectContaining({ pid, command_line: commandLine }) as object,
      }),
    ]);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 60_000);
  });

  it('takes nobody else for its own: neither by the mark nor by the pid', async () => {
    const { selftest, take, begun, response } = await openAgent();
    await selftest.begin(10_000);
    const { pid, commandLine } = begun();
    await take(
      makeProcessEvent({ id: 'a', process: { pid: pid + 4, commandLine } }),
      makeProcessEvent({ id: 'b', process: { pid, commandLine: 'evil.exe selftest-' } }),
    );
    expect(response).toHaveBeenCalledTimes(2);
    expect(selftest.progress().steps.map(({ name }) => name)).toEqual(['start']);
  });

  it('says that the capture did not see it, and sets it aside when it comes late', async () => {
    const { selftest, take, begun, untilOver, response, pass } = await openAgent();
    await selftest.begin(50);
    pass(50);
    expect(await untilOver()).toEqual(['start ok', 'capture fail']);
    const { pid, commandLine } = begun();
    await take(makeProcessEvent({ process: { pid, commandLine } }));
    expect(response).not.toHaveBeenCalled();
  });

  it('says which destination did not take it in time, and why another never will', async () => {
    const { selftest, take, begun, untilOver, pass } = await openAgent({
      siem: { type: 'otlp', url: 'http://127.0.0.1:9' },
      record: { type: 'file', path: join(folder, 'out.ndjson') },
    });
    await selftest.begin(1_000);
    await take(makeProcessEvent({ process: begun() }));
    const names = () => selftest.progress().steps.map(({ name }) => name);
    await vi.waitFor(() => expect(names()).toContain('destination record'), 60_000);
    pass(1_000);
    expect((await untilOver()).slice(-2)).toEqual(['destination record ok', 'destination siem fail']);
    expect(selftest.progress().steps.at(-1)?.what).toMatch(/^not delivered: .+/);
  });

  it('is one at a time, and none where nothing is captured', async () => {
    const { selftest } = await openAgent();
    expect(() => selftest.progress()).toThrow(expect.objectContaining({ code: 'PC_CONTROL_REFUSED' }));
    await selftest.begin(10_000);
    await expect(selftest.begin(10_000)).rejects.toMatchObject({ code: 'PC_CONTROL_REFUSED' });
    selftest.stop();
    expect((await selftest.begin(10_000)).isOver).toBe(false);
    const reader = new LiveSelftest({
      capture: undefined,
      entry: { put: vi.fn(), send: vi.fn(), follow: () => [] },
      startProcess: () => Promise.reject(new Error('never')),
      log: createMemoryLog(),
      nowMs: () => 0,
    });
    await expect(reader.begin(10_000)).rejects.toMatchObject({ code: 'PC_SELFTEST_NO_CAPTURE' });
  });
});

describe('a start that is taken aside', () => {
  const flags = [{ flag: '--x', key: 'anomaly.minRecordScore', value: '0' }] as const;
  const { config } = loadConfig({ env: {}, flags });

  /** Everything that a recording leads to. */
  async function replay(events: readonly HostEvent[]) {
    const store = Store.openTemporary();
    const told: string[] = [];
    const { pipeline } = openPipeline(config, createFakeScorer(), store, {
      aside: { owns: ({ event }) => event.process.pid === 99_996, take: () => undefined },
      response: { take: (...all) => told.push(JSON.stringify(all)), acted: () => undefined },
    });
    const outcomes = [await pipeline.process('recording', makeBatch(events, '1')), pipeline.finish()];
    store.close();
    return {
      told,
      alerts: outcomes.flatMap(({ alerts }) => alerts.map((each) => JSON.stringify(alertToEcs(each)))),
      incidents: outcomes.flatMap(({ incidents }) =>
        incidents.map((each) => JSON.stringify(incidentToEcs(each))),
      ),
    };
  }

  it('changes nothing of what anybody is told, wherever it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        recordings,
        fc.nat(),
        fc.constantFrom('evil.exe', 'node.exe'),
        async (events, at, name) => {
          const place = at % (events.length + 1);
          const marked = makeProcessEvent({ id: 'marked', process: { pid: 99_996, name } });
          const more = [...events.slice(0, place), marked, ...events.slice(place)];
          expect(await replay(more)).toEqual(await replay(events));
        },
      ),
      { numRuns: 15 },
    );
  });
});

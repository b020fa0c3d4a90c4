import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLiveRun } from '../../../src/agent/index.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { type CliResult, parseLines, runCli } from '../../support/cli.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'selftest-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  mark: string;
  passed: boolean;
  captureTested: boolean;
  steps: { name: string; state: string; what: string; tookMs: number }[];
}

async function selftest(
  destinations: object,
  more: readonly string[] = [],
  timeout = '5m',
): Promise<[CliResult, Report]> {
  const config = join(folder, 'agent.json');
  writeFileSync(config, JSON.stringify({ forward: { destinations } }));
  const result = await runCli(['selftest', '--json', '--config', config, '--timeout', timeout, ...more]);
  return [result, JSON.parse(result.stdout) as Report];
}

describe('problemchild selftest', () => {
  it('follows the marked start to the destination, where it can be told from an attack', async () => {
    const out = join(folder, 'out.ndjson');
    const state = join(folder, 'state.db');
    const [{ exitCode }, { mark, passed, captureTested, steps }] = await selftest(
      { siem: { type: 'file', path: out }, quiet: { type: 'file', path: `${out}.2`, minSeverity: 90 } },
      ['--state', state],
    );
    expect([exitCode, passed, captureTested]).toEqual([0, true, false]);
    expect(steps.map(({ name, state: found }) => [name, found])).toEqual([
      ['agent', 'skipped'],
      ['capture', 'skipped'],
      ['decode', 'ok'],
      ['alert', 'ok'],
      ['outbox', 'ok'],
      ['destination quiet', 'skipped'],
      ['destination record', 'ok'],
      ['destination siem', 'ok'],
    ]);
    expect(parseLines(readFileSync(out, 'utf8'))).toEqual([
      expect.objectContaining({
        tags: ['problemchild-selftest'],
        rule: expect.objectContaining({
          id: 'problemchild-selftest',
          name: 'ProblemChild self-test',
        }) as object,
        event: expect.objectContaining({ id: mark, kind: 'alert' }) as object,
        message: expect.stringContaining('SELF-TEST') as string,
      }),
    ]);
    expect(existsSync(state)).toBe(false);
  });

  it('says that it was not tested where the running agent captures nothing', async () => {
    const input = join(folder, 'in.ndjson');
    writeFileSync(input, '');
    const config = join(folder, 'agent.json');
    const state = { file: join(folder, 'state.db') };
    writeFileSync(config, JSON.stringify({ source: { input }, state }));
    const stop = new AbortController();
    const agent = await openLiveRun({
      config: loadConfig({ file: config, env: {} }).config,
      stdin: Readable.from([]),
      clock: { nowMs: Date.now },
      env: {},
      log: { ...createMemoryLog(), setLevel: () => undefined, hide: () => undefined },
      signal: stop.signal,
      onOutcome: () => Promise.resolve(),
    });
    const ended = agent.run();
    await vi.waitFor(() => expect(existsSync(join(folder, 'state.control.sock'))).toBe(true), 60_000);
    const { exitCode, stdout } = await runCli(['selftest', '--config', config]);
    stop.abort();
    await ended;
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/^ok {3}agent .*it reads /m);
    expect(stdout).toMatch(/^skip capture .*not tested: this agent reads what others captured$/m);
    expect(stdout).toMatch(/^the capture was not tested/m);
  });

  it('fails when a receiver is not there, and still tries the others', async () => {
    const url = `http://127.0.0.1:${await findFreePort()}`;
    const siem = { type: 'file', path: join(folder, 'out.ndjson') };
    const [{ exitCode }, { steps }] = await selftest({ dead: { type: 'otlp', url }, siem }, [], '10s');
    expect(exitCode).toBe(1);
    expect(steps.slice(-2).map(({ name, state }) => [name, state])).toEqual([
      ['destination dead', 'fail'],
      ['destination siem', 'ok'],
    ]);
  });

  it.each(['0s', '999ms', '11m', 'soon'])('takes no --timeout of %s', async (timeout) => {
    const { exitCode, stdout, stderr } = await runCli(['selftest', '--timeout', timeout]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('PC_USAGE');
  });

  it('fails when an exception would silence the attack', async () => {
    const entry = {
      id: 'too-wide',
      reason: 'test',
      author: 'test',
      conditions: [{ field: 'process.name', is: 'certutil.exe' }],
    };
    writeFileSync(join(folder, 'ours.yml'), JSON.stringify({ exceptions: [entry] }));
    const [{ exitCode }, { passed, steps }] = await selftest({}, ['--exceptions', folder]);
    expect([exitCode, passed]).toEqual([1, false]);
    expect(steps.at(-1)).toMatchObject({
      name: 'alert',
      state: 'fail',
      what: expect.stringContaining('too-wide') as string,
    });
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import { Store } from '../../../src/store/index.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-response-command-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function collect() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, next) {
      chunks.push(String(chunk));
      next();
    },
  });
  return { stream, read: () => chunks.join('') };
}

async function call(...args: string[]) {
  const stdout = collect();
  const stderr = collect();
  const io = { stdin: Readable.from([]), stdout: stdout.stream, stderr: stderr.stream, env: {} };
  const code = await run(args, io);
  return { code, out: stdout.read(), err: stderr.read() };
}

interface Line {
  readonly event: {
    readonly id: string;
    readonly dataset: string;
    readonly action: string;
    readonly outcome: string;
  };
  readonly problemchild: { readonly refused?: string; readonly event_ids: readonly string[] };
}

function parse(out: string): Line[] {
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('response rehearse', () => {
  it('prints one document for each action that would be taken or refused', async () => {
    const { code, out, err } = await call('response', 'rehearse', samples, '--output', 'ndjson');
    expect(code).toBe(0);
    const lines = parse(out);
    for (const { event, problemchild } of lines) {
      expect(event).toMatchObject({ dataset: 'problemchild.action', action: 'terminate' });
      expect(event.outcome).toBe(problemchild.refused === undefined ? 'unknown' : 'failure');
      expect(problemchild.event_ids).toHaveLength(1);
    }
    expect(new Set(lines.map(({ event }) => event.id)).size).toBe(lines.length);
    const taken = lines.filter(({ problemchild }) => problemchild.refused === undefined).length;
    // Both hosts' agents stand down when the user's budget is used up.
    expect(
      lines.filter(({ problemchild }) => problemchild.refused === 'PC_REFUSED_BUDGET_USER'),
    ).toHaveLength(2);
    expect(taken).toBeGreaterThan(0);
    const told = [...err.matchAll(/would be acted on (\d+), refused (\d+)/g)];
    expect(told.reduce((sum, [, acted]) => sum + Number(acted), 0)).toBe(taken);
    expect(told.reduce((sum, [, , refused]) => sum + Number(refused), 0)).toBe(lines.length - taken);
  });

  it('rehearses another mode, whatever the batches', async () => {
    const args = ['response', 'rehearse', samples, '--output', 'ndjson', '--mode', 'suspend'];
    const one = await call(...args, '--batch-size', '1');
    const many = await call(...args, '--batch-size', '500');
    expect(one.out).toBe(many.out);
    expect(parse(one.out).every(({ event }) => event.action === 'suspend')).toBe(true);
  });
});

describe('response arm, disarm, status, journal', () => {
  beforeEach(() => Store.open(join(folder, 'agent.db')).close());

  it('hold for whoever opens the state next, and are written down', async () => {
    const state = ['--state', join(folder, 'agent.db')];
    const { out: first } = await call('response', 'status', ...state);
    expect(first).toContain('mode: audit (configured: audit)');
    expect(first).toContain('no agent answers: nothing is acted on');
    const rule = '3f6c0e0a-6c0f-4b52-9d0c-6d1d3b7a5f01';
    const armed = await call(
      ...['response', 'arm', '--mode', 'terminate', '--rule', rule, '--for', '4h'],
      ...['--reason', 'incident 7\u001b[2J', ...state],
    );
    expect(armed.code).toBe(0);
    expect(armed.out).toContain(`override: terminate for rule ${rule}`);
    expect(armed.out).not.toContain('\u001b');
    await call('response', 'disarm', '--reason', 'false alarm', ...state);
    const { out } = await call('response', 'status', '--output', 'ndjson', ...state);
    expect(JSON.parse(out)).toMatchObject({
      mode: 'audit',
      standDown: { reason: 'false alarm' },
      held: 0,
      agentRuns: false,
    });
    const journal = parse((await call('response', 'journal', ...state)).out);
    expect(journal.map(({ event }) => [event.dataset, event.action])).toEqual([
      ['problemchild.command', 'arm'],
      ['problemchild.command', 'disarm'],
    ]);
  });

  it('take a rule by its name', async () => {
    const name = 'process start with a HIGH malicious probability';
    const armed = await call(
      ...['response', 'arm', '--mode', 'suspend', '--rule', name, '--for', '30m', '--reason', 'x'],
      ...['--state', join(folder, 'agent.db')],
    );
    expect(armed.out).toContain('override: suspend for rule 3f6c0e0a-6c0f-4b52-9d0c-6d1d3b7a5f01');
  });

  it.each([
    [['arm', '--mode', 'terminate', '--reason', 'x'], /--for/],
    [['arm', '--mode', 'terminate', '--for', '8d', '--reason', 'x'], /7 days/],
    [['arm', '--mode', 'terminate', '--for', 'soon', '--reason', 'x'], /no time/],
    [
      ['arm', '--mode', 'terminate', '--for', '1h', '--rule', 'all', '--reason', 'x'],
      /all is no rule; there are 3f6c0e0a/,
    ],
    [
      [
        'arm',
        '--mode',
        'suspend',
        '--for',
        '1h',
        '--rule',
        'Rare suspicious process for a user',
        '--reason',
        'x',
      ],
      /never acted on/,
    ],
    [['arm', '--for', '1h', '--reason', 'x'], /name the mode/],
    [['arm', '--mode', 'kill', '--for', '1h', '--reason', 'x'], /Allowed choices/],
    [['disarm'], /--reason/],
    [['journal', '--since', 'yesterday'], /--since/],
  ])('refuse %j', async (args, told) => {
    const { code, err } = await call('response', ...args, '--state', join(folder, 'agent.db'));
    expect(code).toBe(2);
    expect(err).toMatch(told);
  });

  it('need a state file', async () => {
    const { code, err } = await call('response', 'status');
    expect([code, err]).toEqual([2, expect.stringContaining('--state')]);
  });
});

it.each([
  ['response', 'status'],
  ['response', 'journal'],
  ['response', 'disarm', '--reason', 'x'],
  ['forward', 'status'],
  ['forward', 'drain'],
  ['forward', 'dead-letter', 'list'],
  ['explain', 'ID'],
  ['exceptions', 'suggest', 'ID'],
  ['baseline', 'export'],
])('%s %s of a state file that is not there says so and makes none', async (...args) => {
  const state = join(folder, 'mistyped.db');
  const { code, err } = await call(...args, '--state', state);
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/PC_STORE_OPEN: there is no state file .*mistyped\.db/),
  ]);
  expect(readdirSync(folder)).toEqual([]);
});

it.each([
  ['model', 'status'],
  ['response', 'rehearse', samples],
])('%s %s needs no state file and makes none', async (...args) => {
  const { code } = await call(...args, '--state', join(folder, 'later.db'));
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

it("leaves another program's file as it is", async () => {
  const path = join(folder, 'history.sqlite');
  const theirs = new Database(path);
  theirs.exec('CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT)');
  theirs.close();
  const before = readFileSync(path);
  for (const args of [['status'], ['forward', 'status'], ['response', 'status']]) {
    const { code } = await call(...args, '--state', path);
    expect(code).toBe(2);
  }
  expect(readFileSync(path)).toEqual(before);
});

it.skipIf(process.platform === 'win32')('process commands say that they need Windows', async () => {
  const { code, err } = await call('process', 'list', '--state', join(folder, 'agent.db'));
  expect([code, err]).toEqual([1, expect.stringContaining('PC_NATIVE_PLATFORM')]);
});

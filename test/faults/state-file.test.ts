import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentStatus } from '../../src/agent/index.ts';
import { AlertTable, OutboxTable, Store } from '../../src/store/index.ts';
import { runCli } from '../support/cli.ts';
import { ElasticsearchDouble } from '../support/elasticsearch-double.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';

/** The real agent, as a process, on a disk that fills up and over a state file that is overwritten. */
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const sample = fileURLToPath(new URL('../../samples/server-winlogbeat.ndjson', import.meta.url));
const lines = readFileSync(sample, 'utf8').trim().split('\n');
const half = 12;

let double: ElasticsearchDouble;
let input: string;
let folder: string;
let child: ChildProcess | undefined;
let said: string;

beforeEach(async () => {
  double = await ElasticsearchDouble.start();
  folder = mkdtempSync(join(tmpdir(), 'pc-state-file-'));
  input = join(folder, 'input.ndjson');
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) await stop('SIGKILL');
  await double.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(stateFile: string): void {
  const config = {
    state: { file: stateFile },
    source: { input },
    log: { level: 'info' },
    forward: {
      batchAgeMs: 100,
      record: false,
      destinations: { siem: { type: 'elasticsearch', hosts: [double.url], proxy: 'none' } },
    },
  };
  const file = join(folder, 'agent.json');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  said = '';
  child = spawn(process.execPath, [main, 'run', '--config', file, '--output', 'ndjson'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const note = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
}

/** Ends the agent; what it still said has been heard then. */
async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child?.once('close', resolve));
  child?.kill(signal);
  return ended;
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 120_000;
  while (!(await isSo())) {
    if (Date.now() > endMs || child?.exitCode !== null)
      throw new Error(`never ${what}; it said: ${said.slice(-3_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const rules = (): string[] =>
  double
    .documents('logs-problemchild.alert-default')
    .map((document) => (document['rule'] as { id: string }).id);
const received = (): string[] => double.ids('logs-problemchild.alert-default');

/** Alerts that the agent raises about process starts; what it says about itself has no such rule. */
const ofStarts = (): number => rules().filter((id) => !id.startsWith('problemchild-')).length;

/** What an undisturbed agent raises. */
async function countAlerts(count: number): Promise<number> {
  writeFileSync(input, `${lines.slice(0, count).join('\n')}\n`);
  const undisturbed = join(folder, 'undisturbed.db');
  start(undisturbed);
  await until('read and forwarded everything', async () => {
    const { exitCode, stdout } = await runCli(['status', '--json', '--state', undisturbed]);
    if (exitCode !== 0) return false;
    const { counters, outbox } = JSON.parse(stdout) as AgentStatus;
    return counters.records === count && outbox.entries === 0;
  });
  await stop();
  return ofStarts();
}

const reason = whyNoSmallDisk();
if (reason !== undefined) process.stderr.write(`the agent on a full disk: skipped: ${reason}\n`);

describe.skipIf(reason !== undefined)('on a full disk', () => {
  let disk: SmallDisk;
  beforeEach(() => {
    disk = mountSmallDisk(33_554_432);
  });
  afterEach(() => disk.remove());

  it('the agent goes on, says so, forwards from memory, and keeps everything when there is room', async () => {
    const whole = await countAlerts(lines.length);
    const undisturbed = new Set(received());
    await double.stop();
    double = await ElasticsearchDouble.start();
    const state = join(disk.folder, 'state.db');
    writeFileSync(input, `${lines.slice(0, half).join('\n')}\n`);
    start(state);
    await until('raised an alert', () => ofStarts() > 0);
    const before = received().length;

    disk.fill();
    appendFileSync(input, `${lines.slice(half).join('\n')}\n`);
    await until('said that the disk is full', () => rules().includes('problemchild-state-unwritable'));
    await until('forwarded the rest', () => ofStarts() === whole);
    expect(received().length).toBeGreaterThan(before);
    expect(said).toContain('The state file cannot be written');

    disk.clear();
    await until('could write again', () => said.includes('can be written again'));
    expect(await stop()).toBe(0);
    const store = Store.open(state);
    const kept = [...new AlertTable(store).documents()].map(
      (text) => (JSON.parse(text) as { event: { id: string } }).event.id,
    );
    expect(new Set(kept)).toEqual(undisturbed);
    expect(new OutboxTable(store).totals().entries).toBe(0);
    store.close();
    expect(new Set(received()).size).toBe(received().length);
  });

  it('already when it starts, the agent goes on with the state it had, and keeps everything when there is room', async () => {
    const whole = await countAlerts(lines.length);
    const undisturbed = new Set(received());
    await double.stop();
    double = await ElasticsearchDouble.start();
    const state = join(disk.folder, 'state.db');
    writeFileSync(input, `${lines.slice(0, half).join('\n')}\n`);
    start(state);
    await until('raised an alert', () => ofStarts() > 0);
    expect(await stop()).toBe(0);

    disk.fill();
    appendFileSync(input, `${lines.slice(half).join('\n')}\n`);
    start(state);
    await until('said that the disk is full', () => rules().includes('problemchild-state-unwritable'));
    await until('forwarded the rest', () => ofStarts() === whole);
    disk.clear();
    await until('could write again', () => said.includes('can be written again'));
    expect(await stop()).toBe(0);
    const store = Store.open(state);
    expect([...new AlertTable(store).documents()]).toHaveLength(undisturbed.size);
    store.close();
    expect(new Set(received()).size).toBe(received().length);
  });

  it('without a state file, the agent does not start, and says what to do', async () => {
    writeFileSync(input, '');
    disk.fill();
    start(join(disk.folder, 'state.db'));
    const exitCode = await new Promise<number | null>((resolve) => child?.once('close', resolve));
    expect(exitCode).not.toBe(0);
    expect(said).toContain('PC_STORE_FULL');
    expect(said).toContain(disk.folder);
  });

  it('killed while it is full, the next run raises again what was not kept, and nothing arrives twice', async () => {
    const whole = await countAlerts(lines.length);
    const undisturbed = new Set(received());
    await double.stop();
    double = await ElasticsearchDouble.start();
    writeFileSync(input, `${lines.slice(0, half).join('\n')}\n`);
    start(join(disk.folder, 'state.db'));
    await until('raised an alert', () => ofStarts() > 0);
    disk.fill();
    appendFileSync(input, `${lines.slice(half).join('\n')}\n`);
    await until('forwarded the rest', () => ofStarts() === whole);
    await stop('SIGKILL');
    disk.clear();
    start(join(disk.folder, 'state.db'));
    await until('raised them again', () => double.conflicts > 0);
    expect(await stop()).toBe(0);
    const ids = received().filter((_, index) => !(rules()[index] ?? '').startsWith('problemchild-'));
    expect(new Set(ids)).toEqual(undisturbed);
    expect(ids).toHaveLength(undisturbed.size);
  });
});

it('a state file that is overwritten under the agent is moved aside, reported, and a new one begun', async () => {
  const state = join(folder, 'state.db');
  writeFileSync(input, `${lines.slice(0, half).join('\n')}\n`);
  start(state);
  await until('raised an alert', () => ofStarts() > 0);
  const before = ofStarts();
  const other = Store.open(state);
  // A commit of another process makes the agent read its pages again, and then they are rubbish.
  new OutboxTable(other).advanceClock(1);
  other.connection.pragma('wal_checkpoint(TRUNCATE)');
  const bytes = readFileSync(state);
  writeFileSync(state, bytes.fill(0xa5, 4096), { flag: 'r+' });
  appendFileSync(input, `${lines.slice(half).join('\n')}\n`);
  await until('reported the damage', () => rules().includes('problemchild-state-damaged'));
  await until('went on', () => ofStarts() > before);
  other.close();
  expect(readdirSync(folder).some((name) => /^state\.db\.damaged-.*Z$/.test(name))).toBe(true);
  expect(await stop()).toBe(0);
  const store = Store.open(state);
  expect([...new AlertTable(store).documents()].length).toBeGreaterThan(0);
  store.close();
  // The new file is one that the next run takes.
  start(state);
  await until('resumed', () => said.includes('resumed=true'));
  expect(await stop()).toBe(0);
});

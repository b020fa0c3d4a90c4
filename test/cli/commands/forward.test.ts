import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineCommand } from '../../../src/agent/control/command.ts';
import { ControlServer } from '../../../src/agent/control/server.ts';
import { SocketTransport } from '../../../src/agent/control/socket-transport.ts';
import { OutboxTable, Store } from '../../../src/store/index.ts';
import { type CliResult, runCli, runConfigured } from '../../support/cli.ts';
import { ElasticsearchDouble } from '../../support/elasticsearch-double.ts';
import { createMemoryLog } from '../../support/memory-log.ts';
import { makeEntries } from '../../support/outbox-entry.ts';

let folder: string;
let double: ElasticsearchDouble;
let refusedId: string | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pc-forward-command-'));
  refusedId = undefined;
  double = await ElasticsearchDouble.start({
    authorization: 'ApiKey the-right-key',
    item: (id) =>
      id === refusedId ? { status: 400, type: 'mapper_parsing_exception', reason: 'no' } : undefined,
  });
});
afterEach(async () => {
  await double.stop();
  rmSync(folder, { recursive: true, force: true });
});

function forward(
  args: readonly string[],
  env: Record<string, string> = { ES_KEY: 'the-right-key' },
  stdin?: string,
): Promise<CliResult> {
  const destination = `{type: elasticsearch, hosts: ['${double.url}'], apiKey: {env: ES_KEY}, proxy: none}`;
  const yaml = `state: {file: state.db}\nforward: {batchAgeMs: 0, destinations: {siem: ${destination}}}\n`;
  return runConfigured(folder, yaml, ['forward', ...args], {
    env,
    ...(stdin === undefined ? {} : { stdin }),
  });
}

function fill(destinations: readonly string[] = []): void {
  const store = Store.open(join(folder, 'state.db'));
  const outbox = new OutboxTable(store);
  outbox.configure(destinations);
  outbox.add(makeEntries(5));
  store.close();
}

async function statusOf(state: string): Promise<unknown> {
  return JSON.parse((await runCli(['forward', 'status', '--state', state, '--output', 'ndjson'])).stdout);
}

describe('forward', () => {
  it('tests each destination, and shows no secret', async () => {
    const good = await forward(['test']);
    expect(good.exitCode).toBe(0);
    expect(good.stdout).toMatch(
      /^ok {3}siem: delivered .*\n.*event\.id [0-9a-f]{32}\nok {3}record: delivered/,
    );
    expect(double.documents('logs-problemchild.alert-default')[0]).toMatchObject({
      message: expect.stringContaining('TEST'),
      problemchild: { test: true },
    });
    const bad = await forward(['test', 'siem'], { ES_KEY: 'a-wrong-secret' });
    expect(bad.exitCode).toBe(1);
    expect(bad.stdout).toContain('FAIL siem: 401: the receiver does not know the key');
    expect(bad.stdout + bad.stderr).not.toContain('a-wrong-secret');
    expect((await forward(['test', 'nowhere'])).stderr).toContain(
      'there is no destination nowhere; configured: siem, record',
    );
    expect((await forward(['test'], {})).stderr).toContain(
      'destination siem: the environment variable ES_KEY is not set',
    );
  });

  it('has nothing to test where nothing is configured: exit code 2', async () => {
    expect(await runCli(['forward', 'test'])).toMatchObject({
      exitCode: 2,
      stderr: 'no destinations are configured\n',
    });
  });

  it('sends what waits, and says what became of it', async () => {
    fill();
    refusedId = 'alert-00000002';
    expect((await forward(['status'])).stdout).toContain('5 documents wait');
    const drained = await forward(['drain', '--timeout', '20']);
    expect(drained.stderr).toContain('everything was sent');
    expect(double.ids('logs-problemchild.alert-default').slice(0, 4)).toEqual([
      'alert-00000000',
      'alert-00000001',
      'alert-00000003',
      'alert-00000004',
    ]);
    const record = readFileSync(join(folder, 'alerts.ndjson'), 'utf8').split('\n');
    expect(record.length).toBeGreaterThanOrEqual(6);
    const status = await forward(['status', '--output', 'ndjson']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      deadLetters: 1,
      destinations: [
        { name: 'record', delivered: expect.any(Number), rejected: 0 },
        { name: 'siem', delivered: expect.any(Number), rejected: 1 },
      ],
    });

    const letters = await forward(['dead-letter']);
    expect(JSON.parse(letters.stdout)).toMatchObject({
      destination: 'siem',
      eventId: 'alert-00000002',
      reason: '400 mapper_parsing_exception: no',
      document: { event: { id: 'alert-00000002' } },
    });
    refusedId = undefined;
    expect((await forward(['dead-letter', 'retry'])).stdout).toBe('1 documents are queued again\n');
    await forward(['drain', '--timeout', '20']);
    expect(double.ids('logs-problemchild.alert-default')).toContain('alert-00000002');
    expect((await forward(['dead-letter', 'discard'])).stdout).toBe('0 documents were thrown away\n');
  });

  it('leaves everything as it is where the configuration lacks a destination', async () => {
    fill(['siem', 'record']);
    const state = join(folder, 'state.db');
    const { exitCode, stderr } = await runCli(['forward', 'drain', '--state', state, '--timeout', '5']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('PC_USAGE');
    expect(stderr).toContain('lacks destinations of this state file: siem (5 documents wait)');
    expect(await statusOf(state)).toMatchObject({
      entries: 5,
      destinations: [
        { name: 'record', waiting: 5 },
        { name: 'siem', waiting: 5 },
      ],
    });
  });

  it.skipIf(process.platform === 'win32')('drains nothing beside a running agent', async () => {
    fill(['siem', 'record']);
    const state = join(folder, 'state.db');
    const transport = new SocketTransport(join(folder, 'state.control.sock'));
    const status = defineCommand('status', 'read', z.strictObject({}), () => ({ stateFile: state }));
    const parts = { transport, log: createMemoryLog(), maxClients: 2, idleTimeoutMs: 600_000 };
    const agent = new ControlServer({ ...parts, commands: [status] });
    await agent.start();
    const { exitCode, stderr } = await forward(['drain', '--timeout', '5']);
    await agent.stop();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('an agent runs with this state file');
    expect(double.ids('logs-problemchild.alert-default')).toEqual([]);
    expect(await statusOf(state)).toMatchObject({ entries: 5 });
  });

  it('gives up draining when a destination cannot be reached', async () => {
    fill();
    await double.stop();
    const { exitCode, stderr } = await forward(['drain', '--timeout', '1']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('not everything could be sent');
    expect(await forward(['retry', 'siem'])).toMatchObject({ exitCode: 0, stdout: 'siem: is tried again\n' });
    expect(await forward(['retry', 'siem', 'nowhere'])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('this state file has no destination nowhere; it has: record, siem'),
    });
    double = await ElasticsearchDouble.start();
  });

  it('seals a secret on Windows only, and never shows it', async () => {
    const { exitCode, stdout, stderr } = await forward(['secret', 'protect'], {}, 'the-token-of-the-siem\n');
    expect(stdout + stderr).not.toContain('the-token');
    if (process.platform === 'win32') return;
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('PC_NATIVE_PLATFORM');
  });

  it.each([
    ['', 'standard input holds no secret'],
    ['\r\n', 'standard input holds no secret'],
    ['one\ntwo\n', 'a secret is one line of at most 16384 bytes'],
    ['ä'.repeat(8_193), 'a secret is one line of at most 16384 bytes'],
  ])('refuses %j as a secret', async (input, reason) => {
    const { exitCode, stderr } = await forward(['secret', 'protect'], {}, input);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(reason);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ActivitySnapshot, AgentStatus } from '../../../src/agent/index.ts';
import { parseLines, runCli } from '../../support/cli.ts';
import { readExposition } from '../../support/exposition-reader.ts';
import { findFreePort } from '../../support/free-port.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const lines = readFileSync(join(root, 'samples/server-winlogbeat.ndjson'), 'utf8').trim().split('\n');

describe.skipIf(process.platform === 'win32')('a running agent', () => {
  let folder: string;
  let state: string[];
  let agent: ChildProcess;
  let log = '';
  let port: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pc-status-'));
    state = ['--state', join(folder, 'agent.db')];
    port = await findFreePort();
    const input = join(folder, 'input.ndjson');
    writeFileSync(input, `${lines.slice(0, 12).join('\n')}\nno JSON\n`);
    agent = spawn(process.execPath, ['src/cli/main.ts', 'run', '--source', input, ...state], {
      cwd: root,
      env: { ...process.env, PC_CONTROL_METRICS_PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    agent.stderr?.on('data', (chunk) => {
      log += String(chunk);
    });
    await untilRead(13);
    appendFileSync(input, `${lines.slice(12).join('\n')}\n`);
    await untilRead(lines.length + 1);
  });

  afterAll(() => {
    agent.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function readStatus(): Promise<AgentStatus & { readonly running: boolean }> {
    const { stdout } = await runCli(['status', '--json', ...state]);
    return JSON.parse(stdout) as AgentStatus & { readonly running: boolean };
  }

  async function untilRead(records: number): Promise<void> {
    await vi.waitFor(async () => expect(await readRecords()).toBe(records), {
      timeout: 120_000,
      interval: 200,
    });
  }

  async function readRecords(): Promise<number | undefined> {
    return existsSync(join(folder, 'agent.control.sock')) ? (await readStatus()).counters.records : undefined;
  }

  it('says how it is, in counters that add up', async () => {
    await expect.poll(async () => (await readStatus()).outbox.entries).toBe(0);
    const status = await readStatus();
    expect(status).toMatchObject({
      running: true,
      pid: agent.pid,
      mode: 'audit',
      stateFile: join(folder, 'agent.db'),
      counters: { records: lines.length + 1, scored: lines.length, rejected: 1, addUp: true },
      alerts: { addUp: true },
      source: { lastEventAt: expect.stringMatching(/^20/), lost: 0 },
    });
    expect(status.alerts.shown).toBeGreaterThan(3);
    const record = status.destinations.find(({ name }) => name === 'record');
    expect(record).toMatchObject({ addUp: true, waiting: 0 });
    const written = parseLines(readFileSync(join(folder, 'alerts.ndjson'), 'utf8'));
    expect(record?.delivered).toBe(written.length);
    const { stdout, exitCode } = await runCli(['status', ...state]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`running, version ${status.version}, pid ${agent.pid}`);
    expect(stdout).not.toContain('DOES NOT ADD UP');
  });

  it('shows what happens', async () => {
    const { stdout } = await runCli(['top', '--once', '--json', ...state]);
    const top = JSON.parse(stdout) as ActivitySnapshot;
    expect(top.programs.reduce((sum, { starts }) => sum + starts, top.otherStarts)).toBe(lines.length);
    expect(top.scores[0]?.probability).toBeGreaterThan(0.99);
    expect(top.users.length).toBeGreaterThan(0);
    const screen = await runCli(['top', '--once', ...state], { columns: 60 });
    expect(screen.stdout).toContain('PROGRAMS, LAST 5 MIN');
    expect(Math.max(...screen.stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(60);
  });

  it('has metrics, on the channel and on the port that was switched on', async () => {
    const { stdout } = await runCli(['metrics', ...state]);
    const samples = readExposition(stdout);
    const records = samples.filter(({ name }) => name === 'problemchild_records_total');
    expect(records.reduce((sum, { value }) => sum + value, 0)).toBe(lines.length + 1);
    const page = await new Promise<string>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/metrics' }, async (response) => {
        let body = '';
        for await (const chunk of response) body += String(chunk);
        resolve(body);
      })
        .on('error', reject)
        .end();
    });
    expect(readExposition(page).map(({ name }) => name)).toEqual(samples.map(({ name }) => name));
  });

  it('is armed and disarmed through the channel, and says who did it', async () => {
    const armed = await runCli([
      'response',
      'arm',
      '--mode',
      'suspend',
      '--for',
      '1h',
      '--reason',
      'drill',
      ...state,
    ]);
    expect(armed.stdout).toContain('mode: suspend (configured: audit)');
    expect(await readStatus()).toMatchObject({
      mode: 'suspend',
      response: { override: { reason: 'drill' } },
    });
    await runCli(['response', 'disarm', '--reason', 'drill over', ...state]);
    const status = JSON.parse(
      (await runCli(['response', 'status', '--output', 'ndjson', ...state])).stdout,
    ) as object;
    expect(status).toMatchObject({ mode: 'audit', standDown: { reason: 'drill over' } });
    const journal = parseLines((await runCli(['response', 'journal', ...state])).stdout);
    expect(
      journal.map(({ event, user }) => [
        (event as { action: string }).action,
        (user as { name: string }).name,
      ]),
    ).toEqual([
      ['arm', expect.stringContaining('(owner of the socket)')],
      ['disarm', expect.stringContaining('(owner of the socket)')],
    ]);
    expect(log).toMatch(/Control command command=response\.arm by=.*outcome=success/);
    expect(log).not.toContain('command=status');
  });

  it('looks for changes when told to', async () => {
    const { exitCode, stdout } = await runCli(['reload', ...state]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('its log')]);
    expect(log).toMatch(/Control command command=reload by=.*outcome=success/);
  });

  it('answers whoever speaks the protocol, without a line of this project', async () => {
    const socket = connect(join(folder, 'agent.control.sock'));
    socket.end('{"v":1,"id":7,"command":"response.status"}\n');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(JSON.parse(answer)).toMatchObject({ v: 1, id: 7, ok: true, result: { configuredMode: 'audit' } });
  });

  it('that does not answer is not said not to run', async () => {
    agent.kill('SIGSTOP');
    try {
      const { exitCode, stdout, stderr } = await runCli(['status', ...state]);
      expect([exitCode, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(/^PC_CONTROL_SILENT: .*\n.*kill switch/);
    } finally {
      agent.kill('SIGCONT');
    }
  });

  it('once stopped is said not to run, and what its state knows is shown', async () => {
    const exited = once(agent, 'exit');
    agent.kill('SIGTERM');
    await exited;
    expect(existsSync(join(folder, 'agent.control.sock'))).toBe(false);
    const { stdout, exitCode } = await runCli(['status', ...state]);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('NOT RUNNING');
    expect(stdout).toMatch(/record +0 +\d+/);
    const json = JSON.parse((await runCli(['status', '--json', ...state])).stdout) as object;
    expect(json).toMatchObject({
      running: false,
      outbox: { entries: 0 },
      response: { standDown: { reason: 'drill over' } },
    });
    for (const command of [['top', '--once'], ['metrics']]) {
      const asked = await runCli([...command, ...state]);
      expect([asked.exitCode, asked.stderr]).toEqual([3, expect.stringContaining('PC_CONTROL_UNREACHABLE')]);
    }
  });
});

describe('without an agent', () => {
  it('nothing is created by asking', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pc-status-'));
    const state = join(folder, 'agent.db');
    const { exitCode, stdout } = await runCli(['status', '--state', state]);
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('never')]);
    expect(existsSync(state)).toBe(false);
    expect((await runCli(['status'])).exitCode).toBe(3);
    rmSync(folder, { recursive: true });
  });
});

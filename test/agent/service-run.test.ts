import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runAsService } from '../../src/agent/index.ts';
import { AgentError } from '../../src/errors/index.ts';
import { code, eventId, logLevel } from '../../src/windows/abi.ts';
import type { NativeLibrary } from '../../src/windows/native-library.ts';
import { createMemoryLog } from '../support/memory-log.ts';

const [stopped, stopping, running] = [1, 3, 4];
const stopControl = 1;
/** In the place of a control: none can be read any more. */
const deaf = -1;

/** Work that ends when it is let go, once it was asked to. */
function work(failure?: Error) {
  const asked = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const run = async (signal: AbortSignal): Promise<void> => {
    signal.addEventListener('abort', () => asked.resolve());
    await letGo.promise;
    if (failure !== undefined) throw failure;
  };
  return { run, asked: asked.promise, letGo: () => letGo.resolve() };
}

function prepared(run: (signal: AbortSignal) => Promise<void>, log = createMemoryLog()) {
  return async () => ({ log, work: run });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout'] });
  vi.spyOn(process, 'kill').mockReturnValue(true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The service controller as the library tells of it: one stop, and the states that it was told. */
function serviceDouble(refuse: (state: number) => boolean = () => false) {
  const told: (readonly [state: number, hintMs: number, failure: number])[] = [];
  const waiting: number[] = [];
  const eventLog: (readonly [level: number, event: number, text: string])[] = [];
  const call = {
    pc_service_start: () => code.OK,
    pc_service_read: (_timeoutMs: number, event: Buffer) => {
      const control = waiting.shift();
      if (control === deaf) return code.E_STATE;
      if (control === undefined) return code.TIMEOUT;
      event.writeUInt32LE(control, 4);
      return code.OK;
    },
    pc_service_report: (state: number, hintMs: number, _exit: number, failure: number) => {
      told.push([state, hintMs, failure]);
      return refuse(state) ? code.E_STATE : code.OK;
    },
    pc_log_open: () => code.OK,
    pc_log_write: (_handle: bigint, level: number, event: number, text: Buffer) => {
      eventLog.push([level, event, text.toString('utf16le')]);
      return code.OK;
    },
    pc_close: () => code.OK,
  };
  const check = (result: number): number => {
    if (result !== code.OK) throw new Error(`code ${result}`);
    return result;
  };
  const library = { call, check } as unknown as NativeLibrary;
  return {
    told,
    eventLog,
    library,
    stop: () => waiting.push(stopControl),
    deafen: () => waiting.push(deaf),
  };
}

test('the service controller hears of a slow stop while it goes on, and of nothing after its end', async () => {
  const service = serviceDouble();
  const { run, asked, letGo } = work();
  const ended = runAsService(service.library, prepared(run));
  vi.advanceTimersByTime(60_000);
  service.stop();
  await asked;
  vi.advanceTimersByTime(7_000);
  letGo();
  expect(await ended).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(service.told[0]).toEqual([running, 0, 0]);
  expect(service.told.slice(1)).toEqual([
    [stopping, 10_000, 0],
    [stopping, 10_000, 0],
    [stopping, 10_000, 0],
    [stopped, 0, 0],
  ]);
});

test('a run that fails ends the service with its own error number', async () => {
  const service = serviceDouble();
  const { run, letGo } = work(new Error('broken'));
  letGo();
  await expect(runAsService(service.library, prepared(run))).rejects.toThrow('broken');
  expect(service.told).toEqual([
    [running, 0, 0],
    [stopped, 0, 1],
  ]);
});

test('what is refused before the work begins reaches the service controller and the event log', async () => {
  const service = serviceDouble();
  const refused = new AgentError('PC_LOG_UNWRITABLE', 'agent.log is locked; https://a:hunter2@proxy');
  await expect(runAsService(service.library, () => Promise.reject(refused))).rejects.toBe(refused);
  expect(service.told).toEqual([[stopped, 0, 1]]);
  const [[level, event, text] = [0, 0, ''], ...more] = service.eventLog;
  expect([level, event, more]).toEqual([logLevel.ERROR, eventId.ERROR, []]);
  expect(text).toContain('PC_LOG_UNWRITABLE: agent.log is locked');
  expect(text).toContain(refused.remedy);
  expect(text).not.toContain('hunter2');
});

test('an end in order leaves nothing in the event log', async () => {
  const service = serviceDouble();
  const { run, letGo } = work();
  letGo();
  await runAsService(service.library, prepared(run));
  expect(service.eventLog).toEqual([]);
});

test('a report of progress that fails is logged, and the stop goes on', async () => {
  const service = serviceDouble((state) => state === stopping);
  const log = createMemoryLog();
  const { run, asked, letGo } = work();
  const ended = runAsService(service.library, prepared(run, log));
  service.stop();
  await asked;
  letGo();
  expect(await ended).toBe(true);
  expect(service.told.at(-1)).toEqual([stopped, 0, 0]);
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
});

test('a service that hears nothing any more ends in order, as a failure', async () => {
  const service = serviceDouble();
  const log = createMemoryLog();
  const { run, asked, letGo } = work();
  const ended = runAsService(service.library, prepared(run, log));
  service.deafen();
  await asked;
  letGo();
  await expect(ended).rejects.toThrow(`code ${code.E_STATE}`);
  expect(service.told.at(-1)).toEqual([stopped, 0, 1]);
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('a process that something keeps after the end of the service is ended', async () => {
  const service = serviceDouble();
  const { run, letGo } = work();
  letGo();
  await runAsService(service.library, prepared(run));
  vi.advanceTimersByTime(9_000);
  expect(process.kill).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(process.kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL');
});

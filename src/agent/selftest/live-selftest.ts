import { randomUUID } from 'node:crypto';
import { createAlert } from '../../alert/index.ts';
import type { ScoredStart } from '../../anomaly/index.ts';
import { AgentError } from '../../errors/index.ts';
import type { HostEvent } from '../../event/index.ts';
import type { Log } from '../../log/index.ts';
import { repeat } from '../repeat.ts';
import type { MarkedProcess } from './marked-process.ts';
import { createSelftestEntry, selftestRule } from './selftest-entry.ts';
import { roundMs, type SelftestStep } from './selftest-step.ts';
import type { TrackedEntry } from './tracked-entry.ts';

export interface LiveSelftestParts {
  /** The source by name; `undefined` where the agent reads what others captured. */
  readonly capture: string | undefined;
  readonly entry: TrackedEntry;
  readonly startProcess: (mark: string) => Promise<MarkedProcess>;
  readonly log: Log;
  /** A steady clock. */
  readonly nowMs: () => number;
}

/** How far a self-test is. */
export interface SelftestProgress {
  readonly mark: string;
  readonly isOver: boolean;
  /** What is done so far; when it is over, also what was not. */
  readonly steps: readonly SelftestStep[];
}

interface Test {
  readonly mark: string;
  process: MarkedProcess | undefined;
  readonly steps: SelftestStep[];
  /** When the step before the next one was done. */
  doneMs: number;
  readonly endMs: number;
  state: 'awaited' | 'captured' | 'put' | 'committed' | 'over';
}

/** How often it is looked how far the destinations are. */
const lookEveryMs = 20;

/**
 * The self-test of a running agent: a marked process of its own, followed through the capture, the model, the outbox
 * and every destination that are at work anyway. Its start is told by pid and mark together, so that no other process
 * can pass for it; no rule, baseline or response sees it. One at a time.
 */
export class LiveSelftest {
  readonly #parts: LiveSelftestParts;
  /** The last one stays: its start may come late, and is still nobody's business. */
  #test: Test | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: LiveSelftestParts) {
    this.#parts = parts;
  }

  /**
   * Starts the marked process. @param timeoutMs for everything from the capture to the last destination
   * @throws AgentError PC_SELFTEST_NO_CAPTURE, PC_SELFTEST_START, or PC_CONTROL_REFUSED while another is under way
   */
  async begin(timeoutMs: number): Promise<SelftestProgress> {
    const { capture, startProcess, log } = this.#parts;
    if (capture === undefined) {
      throw new AgentError('PC_SELFTEST_NO_CAPTURE', 'this agent reads what others captured');
    }
    if (this.#test !== undefined && this.#test.state !== 'over') {
      throw new AgentError('PC_CONTROL_REFUSED', `the self-test ${this.#test.mark} is still under way`);
    }
    const mark = `selftest-${randomUUID()}`;
    const nowMs = this.#parts.nowMs();
    const test: Test = {
      mark,
      process: undefined,
      steps: [],
      doneMs: nowMs,
      endMs: nowMs + timeoutMs,
      state: 'awaited',
    };
    this.#test = test;
    try {
      test.process = await startProcess(mark);
    } catch (error) {
      test.state = 'over';
      throw error;
    }
    const { pid, executable, commandLine } = test.process;
    log.info('Self-test begun', { mark, pid, executable, commandLine });
    this.#finishStep(test, 'start', `${executable} runs as pid ${pid}`);
    this.#timer = repeat('self-test', lookEveryMs, () => this.#look(test), log);
    return this.progress();
  }

  /** What the source hands over, before anything is done with it. */
  arrive(events: readonly HostEvent[]): void {
    const test = this.#test;
    if (test?.state !== 'awaited') return;
    if (events.some((event) => event.kind === 'start' && isMarked(test, event))) {
      test.state = 'captured';
      this.#finishStep(test, 'capture', `${this.#parts.capture} has seen its start`);
    }
  }

  owns({ event }: ScoredStart): boolean {
    return this.#test !== undefined && isMarked(this.#test, event);
  }

  /** Raises the alert about the marked start, inside the transaction of its batch. */
  take(start: ScoredStart): void {
    const test = this.#test;
    if (test === undefined || !this.owns(start)) return;
    if (test.state === 'captured') {
      const { maliciousProbability } = start.prediction;
      this.#finishStep(test, 'score', `P(malicious) ${maliciousProbability.toFixed(3)}`);
    }
    const alert = createAlert({ kind: 'event', rule: selftestRule, subject: start }, []);
    this.#parts.entry.put(createSelftestEntry(alert, test.mark));
    if (test.state === 'captured') {
      test.state = 'put';
      this.#finishStep(
        test,
        'alert',
        `raised as ${selftestRule.id}; rules, baselines and response left it alone`,
      );
    }
  }

  /** After the transaction. */
  commit(scored: readonly ScoredStart[]): void {
    const test = this.#test;
    if (test?.state !== 'put' || !scored.some(({ event }) => isMarked(test, event))) return;
    test.state = 'committed';
    const number = this.#parts.entry.send();
    if (number === undefined) {
      this.#finishStep(test, 'outbox', 'it was not taken in, because the disk is full', 'fail');
      this.#end(test);
    } else this.#finishStep(test, 'outbox', `entry ${number}`);
  }

  /** @throws AgentError PC_CONTROL_REFUSED when there was none */
  progress(): SelftestProgress {
    if (this.#test === undefined) throw new AgentError('PC_CONTROL_REFUSED', 'no self-test was begun');
    const { mark, steps, state } = this.#test;
    return { mark, isOver: state === 'over', steps: [...steps] };
  }

  stop(): void {
    if (this.#test !== undefined) this.#end(this.#test);
  }

  #look(test: Test): void {
    const isLate = this.#parts.nowMs() >= test.endMs;
    if (test.state === 'committed') this.#lookAtDestinations(test, isLate);
    else if (isLate) {
      const [name, what] = unfinished(test.state, this.#parts.capture);
      this.#finishStep(test, name, what, 'fail');
      this.#end(test);
    }
  }

  /** They work side by side: each counts from the same moment. */
  #lookAtDestinations(test: Test, isLate: boolean): void {
    const tookMs = roundMs(this.#parts.nowMs() - test.doneMs);
    const fates = this.#parts.entry.follow();
    for (const { destination, isDone, state, what } of fates) {
      const name = `destination ${destination}`;
      if (test.steps.some((step) => step.name === name) || !(isDone || isLate)) continue;
      test.steps.push({ name, state, tookMs, what });
    }
    if (fates.length === 0) {
      test.steps.push({ name: 'destinations', state: 'skipped', tookMs, what: 'none are configured' });
    }
    if (isLate || fates.every(({ isDone }) => isDone)) this.#end(test);
  }

  #finishStep(test: Test, name: string, what: string, state: SelftestStep['state'] = 'ok'): void {
    const nowMs = this.#parts.nowMs();
    test.steps.push({ name, state, tookMs: roundMs(nowMs - test.doneMs), what });
    test.doneMs = nowMs;
  }

  #end(test: Test): void {
    clearInterval(this.#timer);
    test.process?.end();
    test.state = 'over';
  }
}

/** The step that was not done in time. */
function unfinished(state: Test['state'], capture: string | undefined): readonly [string, string] {
  if (state === 'awaited') return ['capture', `${capture} has not seen its start in time`];
  if (state === 'captured') return ['score', 'it was captured, and the model was not asked in time'];
  return ['outbox', 'its batch was not written down in time'];
}

function isMarked({ mark, process }: Test, event: HostEvent): boolean {
  if (event.kind !== 'start' || process === undefined) return false;
  const { pid, commandLine } = event.process;
  return pid === process.pid && commandLine?.includes(mark) === true;
}

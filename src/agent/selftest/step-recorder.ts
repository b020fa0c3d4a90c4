import { AgentError } from '../../errors/index.ts';
import { roundMs, type SelftestStep, type StepState } from './selftest-step.ts';

/** A step that there is nothing to do in. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** Carries steps out one after the other, and writes down how each went. */
export class StepRecorder {
  readonly steps: SelftestStep[] = [];

  /** What the step came to; `undefined` when it failed or was skipped. */
  async run<T>(
    name: string,
    work: () => Promise<readonly [T, string]> | readonly [T, string],
  ): Promise<T | undefined> {
    const startedMs = performance.now();
    const add = (state: StepState, what: string): void => {
      this.steps.push({ name, state, tookMs: roundMs(performance.now() - startedMs), what });
    };
    try {
      const [value, what] = await work();
      add('ok', what);
      return value;
    } catch (error) {
      if (error instanceof Skipped) add('skipped', error.message);
      else add('fail', error instanceof AgentError ? `${error.code}: ${error.message}` : String(error));
      return undefined;
    }
  }
}

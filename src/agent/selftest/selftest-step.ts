export type StepState = 'ok' | 'fail' | 'skipped';

/** One step of a self-test as people read it. */
export interface SelftestStep {
  readonly name: string;
  readonly state: StepState;
  /** Since the step before it was done; destinations work side by side and count from the same moment. */
  readonly tookMs: number;
  readonly what: string;
}

/** To a tenth, as people read it. */
export function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** How long a self-test may wait, on the command line as on the control channel. */
export const selftestTimeoutMs = { least: 1_000, most: 600_000 } as const;

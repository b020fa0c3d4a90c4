import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/index.ts';
import type { Clock } from '../../event/index.ts';
import type { Log } from '../../log/index.ts';
import { Store } from '../../store/index.ts';
import { listDestinations, openForwarding } from '../forwarding.ts';
import { testRunningAgent } from './agent-selftest.ts';
import { deliverAlone } from './lone-delivery.ts';
import { decodeMarked, raiseAlert } from './made-up-start.ts';
import { createSelftestEntry } from './selftest-entry.ts';
import type { SelftestStep } from './selftest-step.ts';
import { StepRecorder } from './step-recorder.ts';
import { trackEntry } from './tracked-entry.ts';

export interface SelftestOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long capture and destinations may take. */
  readonly timeoutMs: number;
}

export interface SelftestReport {
  /** In the command line of the start and in the alert: what to look for at the receivers. */
  readonly mark: string;
  /** Skipped steps do not count. */
  readonly passed: boolean;
  /** A real process was started, and a running agent's capture had to see it. */
  readonly captureTested: boolean;
  readonly steps: readonly SelftestStep[];
}

/**
 * Follows a marked process start. Where an agent captures, it starts a harmless process of its own and is followed
 * through its capture, model, outbox and destinations. Elsewhere a made-up start takes that way through a temporary
 * outbox. Both times a made-up attack shows what model, rules and exceptions make of one. No response takes part, and
 * nothing is learnt.
 */
export async function runSelftest(options: SelftestOptions): Promise<SelftestReport> {
  const { config, timeoutMs } = options;
  const recorder = new StepRecorder();
  const liveMark = await testRunningAgent(config, recorder, timeoutMs);
  const mark = liveMark ?? `selftest-${randomUUID()}`;
  await testMadeUp(options, recorder, mark, liveMark === undefined);
  const { steps } = recorder;
  return {
    mark,
    passed: steps.every(({ state }) => state !== 'fail'),
    captureTested: liveMark !== undefined,
    steps,
  };
}

/** `isForwarded`: whether what comes of it goes to the destinations, as nothing else does. */
async function testMadeUp(
  options: SelftestOptions,
  recorder: StepRecorder,
  mark: string,
  isForwarded: boolean,
): Promise<void> {
  const { config, clock, log, timeoutMs } = options;
  const event = await recorder.run('decode', () => decodeMarked(mark, clock.nowMs()));
  if (event === undefined) return;
  const store = Store.openTemporary();
  try {
    const alert = await recorder.run(isForwarded ? 'alert' : 'rules', () => raiseAlert(config, store, event));
    if (alert === undefined || !isForwarded) return;
    const opened = await recorder.run('outbox', async () => {
      const forwarding = await openForwarding(options, store, log);
      forwarding.outbox.configure([...listDestinations(config).keys()]);
      const entry = trackEntry(store, () => forwarding);
      entry.put(createSelftestEntry(alert, mark));
      return [{ forwarding, entry }, `${forwarding.outbox.totals().entries} document waits`] as const;
    });
    if (opened === undefined) return;
    recorder.steps.push(...(await deliverAlone(opened.forwarding, opened.entry, timeoutMs)));
  } finally {
    store.close();
  }
}

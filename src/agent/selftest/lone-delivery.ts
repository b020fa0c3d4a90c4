import { setTimeout as wait } from 'node:timers/promises';
import type { Forwarding } from '../forwarding.ts';
import { roundMs, type SelftestStep } from './selftest-step.ts';
import type { TrackedEntry } from './tracked-entry.ts';

const pollMs = 20;

/** Has an entry sent that no agent sends, until every destination is done with it, and tells when each was. */
export async function deliverAlone(
  { forwarder }: Forwarding,
  entry: TrackedEntry,
  timeoutMs: number,
): Promise<SelftestStep[]> {
  if (forwarder.status.length === 0) {
    return [{ name: 'destinations', state: 'skipped', tookMs: 0, what: 'none are configured' }];
  }
  const steps = new Map<string, SelftestStep>();
  const startedMs = performance.now();
  forwarder.start();
  const drained = forwarder.drain(timeoutMs);
  try {
    for (let isLast = false; ; ) {
      const tookMs = roundMs(performance.now() - startedMs);
      for (const { destination, isDone, state, what } of entry.follow()) {
        if (steps.has(destination) || !(isDone || isLast)) continue;
        steps.set(destination, { name: `destination ${destination}`, state, tookMs, what });
      }
      if (isLast) break;
      isLast = await Promise.race([drained.then(() => true), wait(pollMs, false)]);
    }
  } finally {
    await forwarder.stop();
  }
  return [...steps.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}

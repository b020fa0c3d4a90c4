import type { Log } from '../../log/index.ts';
import type { Store } from '../../store/index.ts';
import type { LiveForwarding } from '../live-forwarding.ts';
import type { LiveInput } from '../live-input.ts';
import { LiveSelftest } from './live-selftest.ts';
import { startMarkedProcess } from './marked-process.ts';
import { trackEntry } from './tracked-entry.ts';

/** The self-test over the parts of a live run. */
export function openLiveSelftest(
  { source, isOfNow }: LiveInput,
  store: Store,
  forwarding: LiveForwarding,
  log: Log,
): LiveSelftest {
  return new LiveSelftest({
    capture: isOfNow ? source.name : undefined,
    entry: trackEntry(store, () => forwarding.current),
    startProcess: startMarkedProcess,
    log,
    nowMs: () => performance.now(),
  });
}

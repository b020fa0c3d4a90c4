import type { LoadedIocs } from '../alert/index.ts';
import type { Log } from '../log/index.ts';

/** Whoever keeps the lists would think that all of them is compared. */
export function logSkippedIndicators(log: Log, { skipped }: LoadedIocs): void {
  for (const [file, count] of skipped) {
    log.warn('Entries of a list of indicators are of kinds that are not compared', { file, count });
  }
}

import type { Tally } from '../agent/index.ts';
import type { Resumption } from '../source/index.ts';
import { escapeForTerminal } from '../text/index.ts';

/** The line that ends a run: what was read, and what became of all of it. */
export function formatSummary(tally: Tally, files: number, seconds: number, resumed?: Resumption): string {
  const rejected = [...tally.rejectedByCode].map(([code, count]) => `${code} ${count}`);
  const alerts = [...tally.alerts.shownByRule].map(
    ([rule, count]) => `${escapeForTerminal(rule, 120)} ${count}`,
  );
  const parts = [
    `files ${files}`,
    `records ${tally.records}`,
    `process events ${tally.processEvents}`,
    `scored ${tally.scored}`,
    `related ${tally.related}`,
    `filtered ${tally.filtered}`,
    `rejected ${tally.rejected}${rejected.length === 0 ? '' : ` (${rejected.sort().join(', ')})`}`,
    `bytes ${tally.bytesRead}${tally.bytesSkipped === 0 ? '' : ` (skipped ${tally.bytesSkipped})`}`,
    `alerts ${tally.alerts.shown}${alerts.length === 0 ? '' : ` (${alerts.sort().join(', ')})`}`,
  ];
  if (resumed !== undefined)
    parts.unshift(`resumed (${resumed.passedOver} files passed over as read before)`);
  if (tally.warnings > 0) parts.push(`damaged but read ${tally.warnings}`);
  const { rollUps, suppressed, silenced, duplicates, incidents } = tally.alerts;
  if (suppressed > 0) parts.push(`suppressed alerts ${suppressed} (in ${rollUps} roll-ups)`);
  if (silenced > 0) {
    const byEntry = [...tally.alerts.silencedByEntry].map(([id, count]) => `${id} ${count}`);
    parts.push(`silenced alerts ${silenced} (${byEntry.sort().join(', ')})`);
  }
  if (duplicates > 0) parts.push(`duplicate alerts ${duplicates}`);
  if (incidents > 0) parts.push(`incidents ${incidents}`);
  return `${parts.join(', ')}, ${seconds.toFixed(1)} s`;
}

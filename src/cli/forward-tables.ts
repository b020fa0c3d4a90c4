import type { DestinationCounts, OutboxTotals, ProbeResult } from '../agent/index.ts';
import { escapeForTerminal } from '../text/index.ts';

const columns = ['waiting', 'delivered', 'filtered', 'rejected', 'dropped'] as const;
const nameWidth = 24;
const countWidth = 11;

/** How much waits, and what became of everything that was offered to each destination. */
export function formatStatus(totals: OutboxTotals, destinations: readonly DestinationCounts[]): string {
  const apart =
    totals.dropped === 0 ? '' : `; ${totals.dropped} dropped, the disk full or their destination removed`;
  const lines = [
    `${totals.entries} documents wait (${(totals.bytes / 1_048_576).toFixed(1)} MB); ${totals.put} were put in; ${totals.deadLetters} dead letters${apart}`,
  ];
  lines.push(...formatDestinations(destinations));
  return `${lines.join('\n')}\n`;
}

/** One line for each, under a heading; nothing without destinations. */
export function formatDestinations(destinations: readonly DestinationCounts[]): string[] {
  if (destinations.length === 0) return [];
  const heads = columns.map((name) => name.toUpperCase().padStart(countWidth));
  return [
    `${'DESTINATION'.padEnd(nameWidth)}${heads.join('')}`,
    ...destinations.map((counts) => {
      const values = columns.map((name) => String(counts[name]).padStart(countWidth));
      return `${escapeForTerminal(counts.name, nameWidth).padEnd(nameWidth)}${values.join('')}`;
    }),
  ];
}

/** What a test of one destination found, and what to do about it. */
export function formatProbe(result: ProbeResult): string {
  const { destination, ok, what, remedy, detail, chain, eventId, tookMs } = result;
  const lines = [`${ok ? 'ok  ' : 'FAIL'} ${escapeForTerminal(destination, 64)}: ${what} (${tookMs} ms)`];
  if (ok) lines.push(`     look for event.id ${eventId}`);
  if (detail !== undefined) lines.push(`     it said: ${escapeForTerminal(detail, 1_000)}`);
  if (remedy !== undefined) lines.push(`     ${remedy}`);
  for (const [index, line] of chain.entries()) {
    lines.push(
      `     ${index === 0 ? 'certificates shown:' : '                   '} ${escapeForTerminal(line, 400)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

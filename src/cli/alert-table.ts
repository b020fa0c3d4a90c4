import { styleText } from 'node:util';
import type { Alert, Triage } from '../alert/index.ts';
import type { Severity } from '../detection/index.ts';
import { escapeForTerminal, shortenForTerminal } from '../text/index.ts';

const columns = { time: 19, severity: 8, score: 6, user: 24 } as const;
const indent = ' '.repeat(columns.time + 2);
const reasonsShown = 4;
export const severityColours = {
  low: 'dim',
  medium: 'yellow',
  high: 'red',
  critical: 'magenta',
} as const satisfies Record<Severity, string>;

export interface AlertTableOptions {
  /** Characters of a line. */
  readonly width: number;
  readonly colour: boolean;
}

export function formatHeader(): string {
  return [
    'TIME (UTC)'.padEnd(columns.time),
    'SEVERITY'.padEnd(columns.severity),
    'SCORE'.padEnd(columns.score),
    'USER'.padEnd(columns.user),
    'PARENT → PROCESS',
  ].join('  ');
}

/** One alert for eyes: a row, its command line with the middle cut, what moved the score, and what to look at. */
export function formatAlert(alert: Alert, options: AlertTableOptions): string {
  const { event, prediction } = alert.subject;
  const { severity } = alert.rule;
  const padded = severity.padEnd(columns.severity);
  const room = Math.max(40, options.width - indent.length);
  const { commandLine, executable, parent, name } = event.process;
  const lines = [
    [
      (alert.timestamp ?? '-').slice(0, 19).replace('T', ' ').padEnd(columns.time),
      options.colour ? styleText(severityColours[severity], padded, { validateStream: false }) : padded,
      prediction.maliciousProbability.toFixed(3).padEnd(columns.score),
      shortenForTerminal(event.user.name ?? '-', columns.user).padEnd(columns.user),
      `${shortenForTerminal(parent.name ?? '?', 60)} → ${shortenForTerminal(name ?? '?', 60)}`,
    ].join('  '),
    indent + shortenForTerminal(commandLine ?? executable ?? '-', room),
  ];
  for (const text of describe(alert)) lines.push(indent + escapeForTerminal(text, room));
  return lines.join('\n');
}

function* describe({ anomaly, rollUp, rarity, reasons, rule, triage }: Alert): Generator<string> {
  if (anomaly !== undefined) {
    const { record, furtherRecordIds } = anomaly;
    const what = record.process === undefined ? `${record.eventCount} starts` : record.process;
    yield `${rule.name}: ${what} by ${record.entity}, score ${Math.round(record.score)}`;
    if (furtherRecordIds.length > 0)
      yield `stands for ${furtherRecordIds.length} further records of this run`;
  }
  if (rollUp !== undefined) {
    yield `${rollUp.count} more like it from ${timeOf(rollUp.firstMs)} to ${timeOf(rollUp.lastMs)}`;
    return;
  }
  if (reasons.length > 0) {
    const why = reasons
      .slice(0, reasonsShown)
      .map(({ text, weight }) => `${text} (${weight >= 0 ? '+' : ''}${weight.toFixed(1)})`)
      .join(', ');
    yield `why: ${why}`;
  }
  if (rarity !== undefined && rarity.score > 0) {
    const [rarest] = rarity.jobs.toSorted((a, b) => b.score - a.score);
    yield `rarity ${Math.round(rarity.score)} (${rarest?.function === 'rare' ? 'seldom' : 'clustered'} for ${rarest?.entityKind} ${rarest?.entity})`;
  }
  if (triage !== undefined) yield* describeTriage(triage);
}

function* describeTriage({ techniques, checks, iocs }: Triage): Generator<string> {
  if (iocs.length > 0)
    yield `on a list: ${iocs.map(({ indicator }) => `${indicator.value} (${indicator.list})`).join(', ')}`;
  if (techniques.length > 0) yield `ATT&CK: ${techniques.map(({ id }) => id).join(', ')}`;
  const [next] = checks;
  if (next !== undefined) yield `next: ${next}`;
}

function timeOf(timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ') : '-';
}

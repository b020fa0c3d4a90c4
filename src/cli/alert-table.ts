import { styleText } from 'node:util';
import type { Alert } from '../alert/index.ts';
import type { Severity } from '../detection/index.ts';
import { escapeForTerminal, shortenForTerminal } from '../text/index.ts';

const columns = { time: 19, severity: 8, score: 6, user: 24 } as const;
const indent = ' '.repeat(columns.time + 2);
const reasonsShown = 4;
const colours = { low: 'dim', medium: 'yellow', high: 'red', critical: 'magenta' } as const satisfies Record<
  Severity,
  string
>;

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

/** One alert for eyes: a row, its command line with the middle cut, and what moved the score. */
export function formatAlert(alert: Alert, options: AlertTableOptions): string {
  const { event, prediction } = alert.subject;
  const { severity } = alert.rule;
  const padded = severity.padEnd(columns.severity);
  const lines = [
    [
      (alert.timestamp ?? '-').slice(0, 19).replace('T', ' ').padEnd(columns.time),
      options.colour ? styleText(colours[severity], padded, { validateStream: false }) : padded,
      prediction.maliciousProbability.toFixed(3).padEnd(columns.score),
      shortenForTerminal(event.user.name ?? '-', columns.user).padEnd(columns.user),
      `${shortenForTerminal(event.process.parent.name ?? '?', 60)} → ${shortenForTerminal(event.process.name ?? '?', 60)}`,
    ].join('  '),
  ];
  const room = Math.max(40, options.width - indent.length);
  const { commandLine, executable } = event.process;
  lines.push(indent + shortenForTerminal(commandLine ?? executable ?? '-', room));
  if (alert.reasons.length > 0) {
    const why = alert.reasons
      .slice(0, reasonsShown)
      .map(({ text, weight }) => `${text} (${weight >= 0 ? '+' : ''}${weight.toFixed(1)})`)
      .join(', ');
    lines.push(indent + escapeForTerminal(`why: ${why}`, room));
  }
  return lines.join('\n');
}

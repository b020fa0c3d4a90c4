import type { CheckResult, CheckState, DoctorReport } from '../agent/index.ts';
import { escapeForTerminal } from '../text/index.ts';

const words: Readonly<Record<CheckState, string>> = {
  ok: 'ok  ',
  warn: 'WARN',
  fail: 'FAIL',
  skipped: 'skip',
};
const idWidth = 26;
const indent = ' '.repeat(5 + idWidth);
/** A finding may quote a whole configuration error of many lines. */
const maxCauseLines = 12;
const maxLineLength = 1_000;

export interface DoctorTableOptions {
  readonly width: number;
  readonly showSkipped: boolean;
}

/** One line for each check, with what to do below those that did not pass. */
export function formatDoctor({ counts, checks }: DoctorReport, options: DoctorTableOptions): string {
  const shown = checks.filter(({ state }) => options.showSkipped || state !== 'skipped');
  const lines = shown.flatMap((check) => formatCheck(check, options.width));
  const { ok, warn, fail, skipped } = counts;
  lines.push(
    `${ok} ok, ${warn} warnings, ${fail} failures; ${skipped} do not apply here${skipped > 0 && !options.showSkipped ? ' (--all names them)' : ''}`,
  );
  return `${lines.join('\n')}\n`;
}

function formatCheck({ id, title, state, cause, remedy }: CheckResult, width: number): string[] {
  const passed = state === 'ok' || state === 'skipped';
  const lines = [`${words[state]} ${id.padEnd(idWidth)}${passed ? '' : `${title}: no.`}`.trimEnd()];
  const said = cause.split('\n', maxCauseLines).map((line) => escapeForTerminal(line, maxLineLength));
  if (passed) {
    const room = Math.max(20, width - indent.length);
    return [`${lines[0]!.padEnd(indent.length)}${escapeForTerminal(said[0] ?? '', room)}`];
  }
  lines.push(...said.map((line) => `${indent}${line}`));
  if (remedy !== null) lines.push(`${indent}→ ${escapeForTerminal(remedy, maxLineLength)}`);
  return lines;
}

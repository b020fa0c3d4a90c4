import {
  type IsolationChange,
  isCommon,
  type ProgramCount,
  type RehearsedAction,
} from '../response/index.ts';
import { escapeForTerminal, shortenForTerminal } from '../text/index.ts';

const columns = { time: 19, action: 10, outcome: 28 } as const;

export function formatActionHeader(): string {
  return [
    'TIME (UTC)'.padEnd(columns.time),
    'ACTION'.padEnd(columns.action),
    'OUTCOME'.padEnd(columns.outcome),
    'PROCESS',
  ].join('  ');
}

/** One rehearsed action for eyes. */
export function formatAction({ action }: RehearsedAction, width: number): string {
  const { verb, subject, end, atMs } = action;
  const outcome = end?.refusals[0] ?? 'would be taken';
  const line = [
    new Date(end?.atMs ?? atMs).toISOString().slice(0, 19).replace('T', ' ').padEnd(columns.time),
    verb.padEnd(columns.action),
    outcome.padEnd(columns.outcome),
  ].join('  ');
  const names = `${subject.parentName ?? '?'} → ${subject.name ?? '?'}`;
  return `${line}  ${shortenForTerminal(names, Math.max(40, width - line.length - 2))}`;
}

/** One rehearsed isolation for eyes. */
export function formatIsolation({ atMs, refusals, host, reason }: IsolationChange): string {
  return [
    new Date(atMs).toISOString().slice(0, 19).replace('T', ' ').padEnd(columns.time),
    'isolate'.padEnd(columns.action),
    (refusals[0] ?? 'would be taken').padEnd(columns.outcome),
    `host ${escapeForTerminal(host ?? '?', 100)}, ${escapeForTerminal(reason, 200)}`,
  ].join('  ');
}

/** The counts that end a rehearsal, by program, and a warning for what is common. */
export function formatPrograms(programs: readonly ProgramCount[]): string[] {
  const lines = programs.map(
    (each) =>
      `${describe(each)}: would be acted on ${each.allowed}, refused ${each.refused}, ordinary ${Math.round(each.ordinary)}`,
  );
  for (const each of programs.filter(isCommon)) {
    lines.push(
      `WARNING: ${describe(each)} is common here (${Math.round(each.ordinary)} ordinary sightings); this policy would act on it ${each.allowed} times`,
    );
  }
  return lines;
}

function describe({ parent, program }: ProgramCount): string {
  return `${escapeForTerminal(parent, 60)} → ${escapeForTerminal(program, 60)}`;
}

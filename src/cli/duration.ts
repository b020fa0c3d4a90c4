import { AgentError } from '../errors/index.ts';

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `4h`, `2d` in milliseconds. @throws AgentError PC_USAGE */
export function parseDurationMs(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (match === null)
    throw new AgentError('PC_USAGE', `${JSON.stringify(text)} is no time such as 90s, 30m, 4h or 2d`);
  return Number(match[1]) * unitsMs[match[2]!]!;
}

/** More than 2,147,483,647 ms, and a timer would go off at once. */
const longestWaitDays = 24;

/** {@link parseDurationMs} for a time that is waited for: 1s to 24d. @throws AgentError PC_USAGE */
export function parseWaitMs(text: string): number {
  const ms = parseDurationMs(text);
  if (ms > 0 && ms <= longestWaitDays * unitsMs['d']!) return ms;
  throw new AgentError('PC_USAGE', `${JSON.stringify(text)}: from 1s to ${longestWaitDays}d`);
}

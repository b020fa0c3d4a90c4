import { AgentError } from '../errors/index.ts';

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `4h`, `2d` in milliseconds. @throws AgentError PC_USAGE */
export function parseDurationMs(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (match === null)
    throw new AgentError('PC_USAGE', `${JSON.stringify(text)} is no time such as 90s, 30m, 4h or 2d`);
  return Number(match[1]) * unitsMs[match[2]!]!;
}

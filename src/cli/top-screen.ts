import type { ActivitySnapshot } from '../agent/index.ts';
import { escapeForTerminal } from '../text/index.ts';

export interface ScreenSize {
  readonly columns: number;
  /** `undefined`: as long as it gets. */
  readonly rows: number | undefined;
}

const minColumns = 20;

/** What happens on the agent, as lines no longer than the terminal is wide. */
export function formatTop(snapshot: ActivitySnapshot, size: ScreenSize): string[] {
  const columns = Math.max(minColumns, size.columns);
  const { startsPerSecond, recordsPerSecond, programs, otherStarts, scores, users, lastEventMs } = snapshot;
  const head = [
    `${timeOf(snapshot.atMs)}  starts/s ${startsPerSecond.last10s} (10 s) ${startsPerSecond.last60s} (60 s)  records/s ${recordsPerSecond}  last event ${lastEventMs === undefined ? 'none' : timeOf(lastEventMs)}`,
  ];
  const sections: string[][] = [
    section('SCORES, LAST HOUR', scores, (each) => {
      const who = `${each.user ?? '?'} on ${each.host ?? '?'}`;
      return `${each.probability.toFixed(4)}  ${timeOf(each.atMs).slice(11)}  ${each.parent ?? '?'} → ${each.program ?? '?'}  ${who}  ${each.commandLine ?? ''}`;
    }),
    section(
      'FLAGGED USERS',
      users,
      ({ user, host, alerts, severity, lastMs }) =>
        `${String(alerts).padStart(6)}  ${severity.padEnd(8)}  ${timeOf(lastMs).slice(11)}  ${user} on ${host ?? '?'}`,
    ),
    section('PROGRAMS, LAST 5 MIN', programs, ({ name, starts }) => `${String(starts).padStart(6)}  ${name}`),
  ];
  if (otherStarts > 0) sections.at(-1)?.push(`${String(otherStarts).padStart(6)}  (other programs)`);
  return fitRows(head, sections, size.rows).map((line) => escapeForTerminal(line, columns));
}

function section<Item>(heading: string, items: readonly Item[], format: (item: Item) => string): string[] {
  const lines = items.map((item) => escapeForTerminal(format(item), 1_000));
  return ['', heading, ...(lines.length === 0 ? ['  none'] : lines)];
}

/** Each section gets its share of what the others leave free. */
function fitRows(head: string[], sections: readonly string[][], rows: number | undefined): string[] {
  if (rows === undefined) return [...head, ...sections.flat()];
  let free = Math.max(0, rows - head.length);
  const fitted = sections.map((): string[] => []);
  const order = [...sections.entries()].sort(([, a], [, b]) => a.length - b.length);
  for (const [at, [index, lines]] of order.entries()) {
    const share = Math.floor(free / (order.length - at));
    fitted[index] = lines.slice(0, share);
    free -= fitted[index].length;
  }
  return [...head, ...fitted.flat()];
}

function timeOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 19).replace('T', ' ');
}

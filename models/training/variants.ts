import type { ProcessEvent } from '../../src/event/index.ts';

/**
 * The same event as another sensor, or another hand, would have written it. Training on these keeps a
 * source's blanks and an attacker's spelling from being evidence.
 */
export type VariantName =
  | 'asRecorded'
  | 'ownParent'
  | 'borrowedParent'
  | 'withoutParent'
  | 'sparse'
  | 'respelled'
  | 'renamed'
  | 'asSystem';

/** Groups of bare command lines: their parents, users and folders are made up. */
export const bareGroups: ReadonlySet<string> = new Set(['atomic-red-team', 'lolbas', 'benign-admin']);

/** A small seeded generator (mulberry32), so that an export is the same at every run. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const nobody = {
  pid: undefined,
  entityId: undefined,
  name: undefined,
  executable: undefined,
  commandLine: undefined,
  startMs: undefined,
} as const;

export function withoutParent(event: ProcessEvent): ProcessEvent {
  return { ...event, process: { ...event.process, parent: nobody } };
}

/** The parent, user and token of another event: for bare command lines, whose own are made up. */
export function withSurroundingsOf(event: ProcessEvent, lender: ProcessEvent): ProcessEvent {
  const { process } = event;
  return {
    ...event,
    user: lender.user,
    process: { ...process, parent: lender.process.parent, token: lender.process.token },
  };
}

/** Security 4688 at its poorest: no parent line, original name, integrity or user. */
export function sparse(event: ProcessEvent): ProcessEvent {
  const { process } = event;
  return {
    ...event,
    user: { id: undefined, name: undefined, domain: undefined, groups: undefined },
    process: {
      ...process,
      originalFileName: undefined,
      token: { ...process.token, integrityLevel: undefined, mandatoryLabel: undefined },
      parent: { ...process.parent, commandLine: undefined },
    },
  };
}

/** The same attack by someone who already is SYSTEM: the account must not excuse a plain attack. */
export function asSystem(event: ProcessEvent): ProcessEvent {
  const { process } = event;
  return {
    ...event,
    user: { id: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY', groups: undefined },
    process: { ...process, token: { ...process.token, integrityLevel: 'System', mandatoryLabel: undefined } },
  };
}

/** Carets, quotes, case and spaces as someone hides a command. */
export function respelled(event: ProcessEvent, random: () => number): ProcessEvent {
  const { commandLine } = event.process;
  if (commandLine === undefined) return event;
  let line = '';
  const flips = random() < 0.7;
  const carets = random() < 0.5 ? 0.08 : 0;
  const quotes = random() < 0.4 ? 0.04 : 0;
  const spaces = random() < 0.5 ? 0.5 : 0;
  // Base64 does not survive a change of case.
  const keep = /[A-Za-z0-9+/=]{40,}/.exec(commandLine);
  for (let i = 0; i < commandLine.length; i++) {
    const unit = commandLine[i]!;
    const fixed = keep !== null && i >= keep.index && i < keep.index + keep[0].length;
    if (!fixed && /[a-z]/i.test(unit)) {
      if (random() < carets) line += '^';
      if (random() < quotes) line += '""';
      line +=
        flips && random() < 0.4
          ? unit === unit.toLowerCase()
            ? unit.toUpperCase()
            : unit.toLowerCase()
          : unit;
    } else if (unit === ' ' && random() < spaces) line += '  ';
    else line += unit;
  }
  return { ...event, process: { ...event.process, commandLine: line } };
}

/** A system program under a name of the attacker's choosing, with or without its original name. */
export function renamed(event: ProcessEvent, random: () => number): ProcessEvent {
  const { process } = event;
  const stem = Array.from(
    { length: 3 + Math.floor(random() * 7) },
    () => 'abcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(random() * 36)],
  ).join('');
  const folder = [
    'C:\\Users\\Public\\',
    'C:\\ProgramData\\',
    'C:\\Windows\\Temp\\',
    'C:\\Users\\bob\\AppData\\Local\\Temp\\',
    'C:\\Users\\bob\\Downloads\\',
  ][Math.floor(random() * 5)]!;
  const executable = `${folder}${stem}.exe`;
  const line = process.commandLine;
  const space = line?.startsWith('"') ? line.indexOf('"', 1) + 1 : line?.indexOf(' ');
  const rest = line === undefined || space === undefined || space < 1 ? '' : line.slice(space);
  return {
    ...event,
    process: {
      ...process,
      name: `${stem}.exe`,
      executable,
      commandLine: line === undefined ? undefined : `${random() < 0.5 ? executable : `${stem}.exe`}${rest}`,
      originalFileName: random() < 0.5 ? (process.originalFileName ?? process.name) : undefined,
    },
  };
}

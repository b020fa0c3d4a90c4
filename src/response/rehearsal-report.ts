import type { Baseline } from '../anomaly/index.ts';
import type { RehearsedAction } from './rehearsal.ts';

/** What a policy would have done to one program, by the name of its parent and its own. */
export interface ProgramCount {
  readonly parent: string;
  readonly program: string;
  allowed: number;
  refused: number;
  /** Ordinary sightings of this parent starting this program, on this host and in the recordings. */
  ordinary: number;
}

/** Sightings from which on a program is called common: more than a person tried out. */
const commonSightings = 3;

/** Adds a rehearsal up by program, and says which of them people use. */
export class RehearsalReport {
  readonly #programs = new Map<string, ProgramCount>();

  add({ action }: RehearsedAction): void {
    const { subject, end } = action;
    const program = subject.name?.toLowerCase() ?? '?';
    const parent = subject.parentName?.toLowerCase() ?? '?';
    const key = `${parent}\n${program}`;
    const count = this.#programs.get(key) ?? { parent, program, allowed: 0, refused: 0, ordinary: 0 };
    if (end?.result === 'refused') count.refused++;
    else count.allowed++;
    this.#programs.set(key, count);
  }

  /** Those acted on most first. */
  programs(baselines: readonly Baseline[]): ProgramCount[] {
    for (const count of this.#programs.values()) {
      count.ordinary = baselines.reduce((sum, { parents }) => sum + sightings(parents, count), 0);
    }
    return [...this.#programs.values()].sort(
      (a, b) => b.allowed - a.allowed || b.refused - a.refused || (a.program < b.program ? -1 : 1),
    );
  }
}

/** Whether a policy that acts on this program would meet people at their work. */
export function isCommon({ allowed, ordinary }: ProgramCount): boolean {
  return allowed > 0 && ordinary >= commonSightings;
}

function sightings(parents: Baseline['parents'], { parent, program }: ProgramCount): number {
  const children = Object.hasOwn(parents, parent) ? parents[parent] : undefined;
  return children !== undefined && Object.hasOwn(children, program) ? (children[program] ?? 0) : 0;
}

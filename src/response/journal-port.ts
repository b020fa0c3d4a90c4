import type { Action, ActionEnd, ActionSubject } from './action.ts';
import type { Spent } from './guard/index.ts';
import type { Override, ResponseTarget } from './policy/index.ts';

/** Nobody is acted on until a person arms the agent. */
export interface StandDown {
  readonly sinceMs: number;
  readonly reason: string;
  readonly by: string;
}

/**
 * Why a process is, or may be, suspended by the agent. `decision`: what becomes of it is decided when it is due.
 * `person`: it waits for a person. `member`: it, or its tree, was being ended; it should not be there any more.
 */
export type HoldKind = 'decision' | 'person' | 'member';

/** A process that the agent suspended, or is about to. */
export interface Hold {
  /** Id of the action that suspended it; of a tree's member, with its pid. */
  readonly id: string;
  readonly kind: HoldKind;
  readonly subject: ActionSubject;
  /** What is ended if it comes to that. */
  readonly target: ResponseTarget;
  /** As it was found when it was suspended; exact. */
  readonly pid: number;
  readonly createdMs: number;
  readonly sinceMs: number;
  /** When it is looked at again; `undefined`: not before a person asks or the agent starts again. */
  readonly dueMs: number | undefined;
}

/** What a person told the response to do. */
export interface PersonCommand {
  readonly atMs: number;
  readonly name: 'arm' | 'disarm' | 'release';
  readonly by: string;
  readonly reason: string;
  readonly override: Override | undefined;
}

/**
 * Keeps what the agent does to processes. Each write is on the disk when the call returns, whatever happens to
 * the batch that the action comes from.
 */
export interface ResponseJournal {
  /**
   * Before anything is done; together with what might be found suspended after a crash. False, and nothing is
   * written, when an action with this id is there already.
   */
  begin(action: Action, holds?: readonly Hold[]): boolean;
  /** Whether an action with this id is there, begun or only written down. */
  has(id: string): boolean;
  /** Together with the holds that end with it. */
  finish(id: string, end: ActionEnd, released?: readonly string[]): void;
  /** An action that was not carried out; false when it is there already. */
  record(action: Action & { readonly end: ActionEnd }): boolean;
  /** Actions that were begun and not finished. */
  unfinished(): Action[];
  /** Actions carried out since, for the budget. */
  spentSince(timeMs: number): Spent[];
  /** Writes it down, or what changed of it. */
  hold(hold: Hold): void;
  release(id: string): void;
  holds(): Hold[];
  note(command: PersonCommand): void;
  standDown: StandDown | undefined;
  override: Override | undefined;
  /** Actions from this time on are counted by the budget: when a person last armed the agent. */
  countedFromMs: number;
}

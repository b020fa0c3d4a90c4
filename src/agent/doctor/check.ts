import { AgentError } from '../../errors/index.ts';
import type { DoctorContext } from './doctor-context.ts';

/** `skipped` says nothing about health: the cause is why it could not be looked at. */
export type CheckState = 'ok' | 'warn' | 'fail' | 'skipped';

/** What a check found. */
export interface Finding {
  readonly state: CheckState;
  /** What was found, in a sentence. Parts of it come from files and from Windows: escape it where it is printed. */
  readonly cause: string;
  /** What to do about it; without one, the check's own. */
  readonly remedy?: string;
}

/**
 * What a check cannot do without; where that is missing it is skipped with the reason. `rights`: to be told who may
 * change a file, which Windows answers through the package that calls it.
 */
export type Need = 'configuration' | 'state' | 'rights' | 'windows' | 'library' | 'probe';

export interface Check {
  /** Kebab-case; keeps its meaning once released. */
  readonly id: string;
  readonly title: string;
  readonly needs: readonly Need[];
  /** What to do when it does not pass. */
  readonly remedy: string;
  look(context: DoctorContext): Finding | Promise<Finding>;
}

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly state: CheckState;
  readonly cause: string;
  /** `null` when there is nothing to do. */
  readonly remedy: string | null;
}

export function ok(cause: string): Finding {
  return { state: 'ok', cause };
}

export function warn(cause: string, remedy?: string): Finding {
  return { state: 'warn', cause, ...(remedy === undefined ? {} : { remedy }) };
}

export function fail(cause: string, remedy?: string): Finding {
  return { state: 'fail', cause, ...(remedy === undefined ? {} : { remedy }) };
}

export function skip(cause: string): Finding {
  return { state: 'skipped', cause };
}

/** The finding that an error of the agent amounts to, with the remedy of its code. */
export function failOf(error: unknown): Finding {
  if (!(error instanceof AgentError)) throw error;
  return fail(`${error.code}: ${error.message}`, error.remedy);
}

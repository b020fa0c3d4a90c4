import type { BudgetLimits } from '../policy/index.ts';
import type { RefusalCode } from './refusals.ts';

export type BudgetRefusal = Extract<RefusalCode, `PC_REFUSED_BUDGET_${string}`>;

/** An action that was carried out, as far as the budget is concerned. */
export interface SpentAction {
  readonly atMs: number;
  readonly user: string;
  readonly image: string;
  /** That it ends; more than one only of a tree. */
  readonly processes: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Processes besides one that an action was counted with before: of a tree, or of what the agent held. */
interface SpentMore extends Pick<SpentAction, 'atMs' | 'processes'> {
  readonly user?: undefined;
  readonly image?: undefined;
}
export type Spent = SpentAction | SpentMore;

/**
 * How much is left: processes in a minute and an hour, and actions on one user and one image, of which a tree is one.
 * What lies in the future, because the clock was set back, still counts.
 */
export class Budget {
  #spent: Spent[];

  /** `spent`: the actions of the last hour, as the journal has them, so that a restart gives none back. */
  constructor(spent: readonly Spent[] = []) {
    this.#spent = [...spent];
  }

  /** The limit that one more action would break. */
  refuse(limits: BudgetLimits, action: SpentAction): BudgetRefusal | undefined {
    const { minute, hour } = this.#left(limits, action.atMs);
    if (minute < action.processes) return 'PC_REFUSED_BUDGET_MINUTE';
    if (hour < action.processes) return 'PC_REFUSED_BUDGET_HOUR';
    const count = (holds: (spent: Spent) => boolean): number => this.#spent.filter(holds).length;
    if (count(({ user }) => user === action.user) >= limits.perUser) return 'PC_REFUSED_BUDGET_USER';
    if (count(({ image }) => image === action.image) >= limits.perImage) return 'PC_REFUSED_BUDGET_IMAGE';
    return undefined;
  }

  /** How many processes may still be ended. */
  left(limits: BudgetLimits, nowMs: number): number {
    const { minute, hour } = this.#left(limits, nowMs);
    return Math.max(0, Math.min(minute, hour));
  }

  spend(action: SpentAction): void {
    this.#spent.push(action);
  }

  /** An action that was counted before came to more processes. */
  spendMore(processes: number, atMs: number): void {
    if (processes > 0) this.#spent.push({ atMs, processes });
  }

  /** A person armed the agent again: it begins anew. */
  reset(): void {
    this.#spent = [];
  }

  #left(limits: BudgetLimits, nowMs: number): { readonly minute: number; readonly hour: number } {
    this.#spent = this.#spent.filter(({ atMs }) => atMs > nowMs - hourMs);
    const sum = (spent: readonly Spent[]): number => spent.reduce((all, { processes }) => all + processes, 0);
    return {
      minute: limits.perMinute - sum(this.#spent.filter(({ atMs }) => atMs > nowMs - minuteMs)),
      hour: limits.perHour - sum(this.#spent),
    };
  }
}

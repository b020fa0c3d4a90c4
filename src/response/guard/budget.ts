import type { BudgetLimits } from '../policy/index.ts';
import type { RefusalCode } from './refusals.ts';

export type BudgetRefusal = Extract<RefusalCode, `PC_REFUSED_BUDGET_${string}`>;

/** An action that was carried out, as far as the budget is concerned. */
export interface SpentAction {
  readonly atMs: number;
  readonly user: string;
  readonly image: string;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How many actions are left. Actions that lie in the future, because the clock was set back, still count. */
export class Budget {
  #spent: SpentAction[];

  /** `spent`: the actions of the last hour, as the journal has them, so that a restart gives none back. */
  constructor(spent: readonly SpentAction[] = []) {
    this.#spent = [...spent];
  }

  /** The limit that one more action would break. */
  refuse(limits: BudgetLimits, action: SpentAction): BudgetRefusal | undefined {
    this.#spent = this.#spent.filter(({ atMs }) => atMs > action.atMs - hourMs);
    const count = (holds: (spent: SpentAction) => boolean): number => this.#spent.filter(holds).length;
    if (count(({ atMs }) => atMs > action.atMs - minuteMs) >= limits.perMinute) {
      return 'PC_REFUSED_BUDGET_MINUTE';
    }
    if (this.#spent.length >= limits.perHour) return 'PC_REFUSED_BUDGET_HOUR';
    if (count(({ user }) => user === action.user) >= limits.perUser) return 'PC_REFUSED_BUDGET_USER';
    if (count(({ image }) => image === action.image) >= limits.perImage) return 'PC_REFUSED_BUDGET_IMAGE';
    return undefined;
  }

  spend(action: SpentAction): void {
    this.#spent.push(action);
  }

  /** A person armed the agent again: it begins anew. */
  reset(): void {
    this.#spent = [];
  }
}

import type { ActionSubject } from './action.ts';
import { userKey } from './action.ts';
import { Budget, type BudgetRefusal } from './guard/index.ts';
import type { ResponseParts } from './response-parts.ts';

/** What is to be taken from a budget. */
export interface Spending {
  readonly subject: ActionSubject;
  readonly isAudit: boolean;
  /** The agent suspended it itself, and it was counted then. */
  readonly isHeld: boolean;
  /** Of its whole tree, where that is meant; 1 else. */
  readonly treeSize: number;
}

export type BudgetAnswer =
  | { readonly refusal: BudgetRefusal }
  /** How many processes the action may end; fewer than the tree has: only the process that it is about. */
  | { readonly refusal: undefined; readonly mostProcesses: number };

const hourMs = 3_600_000;

/** What the agent has spent, goes on from the journal at a restart, and begins anew when a person arms it. */
export class ActionBudget {
  readonly #parts: ResponseParts;
  readonly #live: Budget;
  /** What an armed policy would have spent; it never stands down. */
  readonly #audit = new Budget();
  #countedFromMs: number;

  constructor(parts: ResponseParts) {
    const { journal, clock } = parts;
    this.#parts = parts;
    this.#countedFromMs = journal.countedFromMs;
    this.#live = new Budget(journal.spentSince(Math.max(this.#countedFromMs, clock.nowMs() - hourMs)));
  }

  /** Takes the action from the budget, with its tree if that fits into what is left; or says why not. */
  take({ subject, isAudit, isHeld, treeSize }: Spending): BudgetAnswer {
    this.#forgetWhatWasForgiven();
    const budget = isAudit ? this.#audit : this.#live;
    const limits = this.#parts.settings().policy.budget;
    const atMs = this.#parts.clock.nowMs();
    const one = { atMs, user: userKey(subject.user), image: subject.image, processes: 1 };
    const refusal = isHeld ? undefined : budget.refuse(limits, one);
    if (refusal !== undefined) return { refusal };
    const mostProcesses = budget.left(limits, atMs) + (isHeld ? 1 : 0);
    if (!isHeld) budget.spend(one);
    if (treeSize <= mostProcesses) budget.spendMore(treeSize - 1, atMs);
    return { refusal: undefined, mostProcesses };
  }

  /** Members that joined a tree after it was taken from the budget. */
  add(processes: number): void {
    this.#live.spendMore(processes, this.#parts.clock.nowMs());
  }

  #forgetWhatWasForgiven(): void {
    const countedFromMs = this.#parts.journal.countedFromMs;
    if (countedFromMs === this.#countedFromMs) return;
    this.#countedFromMs = countedFromMs;
    this.#live.reset();
  }
}

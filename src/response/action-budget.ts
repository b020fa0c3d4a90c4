import type { ActionSubject } from './action.ts';
import { userKey } from './action.ts';
import { Budget, type BudgetRefusal } from './guard/index.ts';
import type { ResponseParts } from './response-parts.ts';
import { largestTree } from './tree-end.ts';

/** What is to be taken from a budget. */
export interface Spending {
  readonly subject: ActionSubject;
  readonly isAudit: boolean;
  /** The agent suspended it itself, and it was counted then. */
  readonly isHeld: boolean;
  readonly wholeTree: boolean;
  /** Of its whole tree, where that is meant; 1 else. */
  readonly treeSize: number;
}

export interface BudgetGrant {
  /** How many processes the action may end; fewer than the tree has: only the process that it is about. */
  readonly mostProcesses: number;
  /** Counts what it ended besides what it was looked at with, and gives back what it did not need; once. */
  settle(processes: number): void;
}

export type BudgetAnswer =
  | { readonly refusal: BudgetRefusal }
  /** It may fit as soon as a tree that is being ended has given back what it does not need: then it is to be asked again. */
  | { readonly wait: Promise<unknown> }
  | { readonly grant: BudgetGrant };

const hourMs = 3_600_000;

/** Nobody counts: a person acts, or nothing is done. */
export function grantOf(mostProcesses: number): BudgetGrant {
  return { mostProcesses, settle: () => undefined };
}

/** What the agent has spent, goes on from the journal at a restart, and begins anew when a person arms it. */
export class ActionBudget {
  readonly #parts: ResponseParts;
  readonly #live: Budget;
  /** What an armed policy would have spent; it never stands down. */
  readonly #audit = new Budget();
  /** Trees that are being ended, with how many late members each may take besides those that it was counted with. */
  readonly #reserved = new Map<Promise<void>, number>();
  #countedFromMs: number;

  constructor(parts: ResponseParts) {
    const { journal, clock } = parts;
    this.#parts = parts;
    this.#countedFromMs = journal.countedFromMs;
    const hourAgoMs = clock.nowMs() - hourMs;
    // Armed in the future: the clock was set back since, and nobody can say what came before.
    const isAhead = this.#countedFromMs > clock.nowMs();
    this.#live = new Budget(
      journal.spentSince(isAhead ? hourAgoMs : Math.max(this.#countedFromMs, hourAgoMs)),
    );
  }

  /** Takes the action from the budget, with its tree if that fits into what is left; or says why not. */
  take({ subject, isAudit, isHeld, wholeTree, treeSize }: Spending): BudgetAnswer {
    this.#forgetWhatWasForgiven();
    const budget = isAudit ? this.#audit : this.#live;
    const limits = this.#parts.settings().policy.budget;
    const atMs = this.#parts.clock.nowMs();
    const one = { atMs, user: userKey(subject.user), image: subject.image, processes: 1 };
    const refusal = isHeld ? undefined : budget.refuse(limits, one);
    if (refusal !== undefined) return { refusal };
    const left = budget.left(limits, atMs) + (isHeld ? 1 : 0);
    const free = left - (isAudit ? 0 : sumOf(this.#reserved.values()));
    const counted = treeSize <= left ? treeSize : 1;
    if (counted > free) return { wait: Promise.race(this.#reserved.keys()) };
    if (!isHeld) budget.spend(one);
    budget.spendMore(counted - 1, atMs);
    if (isAudit || !wholeTree || counted < treeSize) return { grant: grantOf(counted) };
    return { grant: this.#reserve(counted, free) };
  }

  /** Half of what is left is for members that join until the tree stands still, the other half for other actions. */
  #reserve(counted: number, free: number): BudgetGrant {
    const spare = Math.max(0, Math.min(Math.ceil((free - counted) / 2), largestTree - counted));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#reserved.set(promise, spare);
    return {
      mostProcesses: counted + spare,
      settle: (processes) => {
        if (!this.#reserved.delete(promise)) return;
        this.#live.spendMore(processes - counted, this.#parts.clock.nowMs());
        resolve();
      },
    };
  }

  #forgetWhatWasForgiven(): void {
    const countedFromMs = this.#parts.journal.countedFromMs;
    if (countedFromMs === this.#countedFromMs) return;
    this.#countedFromMs = countedFromMs;
    this.#live.reset();
  }
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

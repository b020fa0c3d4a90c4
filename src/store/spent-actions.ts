import type { Spent } from '../response/index.ts';
import type { Connection } from './database.ts';

interface SpentRow extends Extract<Spent, { readonly user: string }> {
  /** 1 or 0: the agent had suspended the process itself before. */
  readonly isHeld: number;
}

/** What the journal's actions have taken from the budget. */
export class SpentActions {
  readonly #select;

  constructor(connection: Connection) {
    this.#select = connection.prepare<[number], SpentRow>(
      // Of a tree that was broken off nobody counted the ended ones: all that were to be suspended count.
      `SELECT at_ms AS atMs, user, image, max(1, coalesce(document ->> '$.end.processes', 0),
         (SELECT count(*) FROM hold WHERE hold.id GLOB action.id || '/*')) AS processes,
         coalesce(document ->> '$.isHeld', 0) AS isHeld
       FROM action WHERE is_spent = 1 AND at_ms >= ? ORDER BY at_ms`,
    );
  }

  since(timeMs: number): Spent[] {
    return this.#select.all(timeMs).flatMap(({ isHeld, ...action }): Spent[] => {
      if (isHeld === 0) return [action];
      // Its suspension is a row of its own; what is left are the other processes of its tree.
      const { atMs, processes } = action;
      return processes > 1 ? [{ atMs, processes: processes - 1 }] : [];
    });
  }
}

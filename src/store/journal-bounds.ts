import type { Connection } from './database.ts';
import { isStoreBusy, isStoreUnwritable } from './store-damage.ts';

export interface JournalLimits {
  /** Lines that are looked back upon for what was not done. */
  readonly lines: number;
  /** That many of them stay however large they are. */
  readonly leastLines: number;
  /** What the journal may take of the disk: a line may hold a long command line and those of all ancestors. */
  readonly bytes: number;
}

const shippedLimits: JournalLimits = { lines: 100_000, leastLines: 1_000, bytes: 268_435_456 };
/** Of what was done, and of changes of the isolation; they come so slowly that it is looked after at the start. */
const maxDone = 100_000;
/** More than is written between two times, and few enough for nobody to wait. */
const mostAtOnce = 320;

/** Audited or refused, and not counted by the budget. */
const undone = `is_open = 0 AND is_spent = 0
  AND coalesce(document ->> '$.end.result', '') IN ('audited', 'refused')`;

/**
 * Keeps the journal within its bounds while it is written. Whoever starts processes that are flagged writes as many
 * lines as he likes of what was audited or refused: the oldest of those leave. What was done to processes stays,
 * since nobody can have that many made.
 */
export class JournalBounds {
  readonly #connection: Connection;
  readonly #limits: JournalLimits;
  readonly #last;
  readonly #oldest;
  readonly #delete;
  /** Whatever may leave up to here has left. */
  #tendedSeq = 0;

  constructor(connection: Connection, limits = shippedLimits) {
    this.#connection = connection;
    this.#limits = limits;
    this.#last = connection.prepare<[], number | null>('SELECT max(seq) FROM action').pluck();
    this.#oldest = connection
      .prepare<[number, number, number], number>(
        `SELECT seq FROM action WHERE seq > ? AND seq <= ? AND ${undone} ORDER BY seq LIMIT ?`,
      )
      .pluck();
    this.#delete = connection.prepare<[number]>('DELETE FROM action WHERE seq = ?');
  }

  /** Takes out what is too much of what was done. */
  begin(): void {
    const connection = this.#connection;
    const changes = connection
      .prepare<[], number | null>('SELECT max(seq) FROM isolation_change')
      .pluck()
      .get();
    orLater(() => {
      if ((this.#last.get() ?? 0) > maxDone) {
        connection
          .prepare(
            `DELETE FROM action WHERE is_open = 0 AND at_ms <
               (SELECT at_ms FROM action WHERE is_spent = 1 ORDER BY at_ms DESC LIMIT 1 OFFSET ?)`,
          )
          .run(maxDone);
      }
      if ((changes ?? 0) > maxDone) {
        connection
          .prepare('DELETE FROM isolation_change WHERE is_spent = 0 AND seq <= ?')
          .run((changes ?? 0) - maxDone);
      }
    });
    this.tend();
  }

  /** Takes out some of what is too much of what was not done; the rest at the next calls. Not on the way to an act. */
  tend(): void {
    const { lines, leastLines, bytes } = this.#limits;
    const kept = this.#usedBytes() > bytes ? leastLines : lines;
    const untilSeq = (this.#last.get() ?? 0) - kept;
    if (untilSeq <= this.#tendedSeq) return;
    const seqs = this.#oldest.all(this.#tendedSeq, untilSeq, mostAtOnce);
    orLater(() => {
      this.#connection.transaction(() => {
        for (const seq of seqs) this.#delete.run(seq);
      })();
      this.#tendedSeq = seqs.length < mostAtOnce ? untilSeq : (seqs.at(-1) ?? untilSeq);
    });
  }

  /** Without the pages that were freed: they are used again. */
  #usedBytes(): number {
    const pragma = (name: string): number => Number(this.#connection.pragma(name, { simple: true }));
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }
}

/** A full disk is no reason for the agent not to start, or for what was just written to have failed. */
function orLater(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isStoreUnwritable(error) && !isStoreBusy(error)) throw error;
  }
}

import type { StoreConnection } from './store-connection.ts';

export interface ArchiveLimits {
  readonly rows: number;
  /** Of the documents. */
  readonly bytes: number;
}

/** What comes in between two looks, as a share of the limits: a look reads something of every row. */
const slack = 1 / 32;
/** More than comes in between two looks, and few enough for nobody to wait. */
const mostAtOnce = 2_000;

/**
 * Keeps a table of documents within its bounds while it is written: whoever starts processes that are flagged writes as
 * many as he likes. The oldest leave; what is still to be sent is in the outbox and stays.
 */
export class ArchiveBounds {
  readonly #limits: ArchiveLimits;
  readonly #last;
  readonly #delete;
  // With the first row it is looked what an earlier run has left.
  #newRows = Number.POSITIVE_INFINITY;
  #newBytes = 0;

  constructor(connection: StoreConnection, table: 'alert' | 'incident', limits: ArchiveLimits) {
    this.#limits = limits;
    this.#last = connection
      .prepare<[number, number], number>(
        `SELECT seq FROM (
           SELECT seq, row_number() OVER newest AS rows, sum(octet_length(document)) OVER newest AS bytes
           FROM ${table} WINDOW newest AS (ORDER BY seq DESC)
         ) WHERE rows > ? OR bytes > ? ORDER BY seq DESC LIMIT 1`,
      )
      .pluck();
    this.#delete = connection.prepare<[number, number]>(
      `DELETE FROM ${table} WHERE seq IN (SELECT seq FROM ${table} WHERE seq <= ? ORDER BY seq LIMIT ?)`,
    );
  }

  /** After a document was written, in its transaction. */
  tend(document: string): void {
    const { rows, bytes } = this.#limits;
    this.#newRows += 1;
    this.#newBytes += Buffer.byteLength(document);
    if (this.#newRows < rows * slack && this.#newBytes < bytes * slack) return;
    this.#newRows = 0;
    this.#newBytes = 0;
    const last = this.#last.get(rows, bytes);
    if (last !== undefined) this.#delete.run(last, mostAtOnce);
  }
}

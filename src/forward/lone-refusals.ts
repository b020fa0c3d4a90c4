import { DeliveryFailure, type SendResult, type Verdict } from './destination.ts';
import type { QueuedEntry } from './outbox.ts';

interface Suspect {
  /** How often it was refused alone. */
  refusals: number;
  /** Of these, how often something else had been taken since the one before. */
  confirmed: number;
  /** What {@link LoneRefusals} had counted as taken when it was last refused. */
  taken: number;
}

/**
 * Answers that may be about what a document says, as those of a firewall that reads along. Redirects and what is said of
 * credentials (401, 407) are not; 429 and 503 say: later.
 */
const refusalCode = /^HTTP (?!3|401|407|429|503)\d{3}$/;
/** So often in a row a document is refused alone before others are tried in its place. */
const patience = 5;
/** So often it is refused alone, with others taken in between, before it is given up. */
const proof = 5;
/** Batches that are held at once in search of something that is taken. */
const mostBatches = 8;
/** So many documents in a row are given up at the receiver's word alone; if it takes none, the fault is not theirs. */
const maxRefusedInRow = 5;

/**
 * Tells a document that a receiver will never take from a receiver that is not well, by what becomes of others: where
 * they are taken, it is the document. Holds numbers of entries of one delivery's window.
 */
export class LoneRefusals {
  readonly #suspects = new Map<number, Suspect>();
  /** Suspects whose turn comes when all others were tried, or one was taken. */
  readonly #passedOver = new Set<number>();
  /** Requests of which something was taken. */
  #taken = 0;
  /** Documents given up since something was taken. */
  #refusedInRow = 0;

  /**
   * What to send next of these, at most `count`; a suspect goes alone. None when all of them were passed over. While some
   * are, the last come first: whoever made one that is refused made its neighbours too.
   */
  choose(waiting: readonly QueuedEntry[], count: number): readonly QueuedEntry[] {
    const first = this.#passedOver.size > 0 ? this.#findLast(waiting, count) : 0;
    if (first < 0) return [];
    const entries = waiting.slice(first, first + count);
    const suspect = entries.findIndex(({ seq }) => this.#suspects.has(seq));
    return suspect < 0 ? entries : entries.slice(0, Math.max(1, suspect));
  }

  #findLast(waiting: readonly QueuedEntry[], count: number): number {
    const behind = waiting.findLastIndex(({ seq }) => this.#suspects.has(seq)) + 1;
    if (behind < waiting.length) return Math.max(behind, waiting.length - count);
    return waiting.findLastIndex(({ seq }) => !this.#passedOver.has(seq));
  }

  /** Whether others than those waiting, in batches of so many, are needed to tell: a second batch, and more where all are suspects. */
  wantsMore(waiting: readonly QueuedEntry[], batchEntries: number): boolean {
    if (this.#passedOver.size === 0) return false;
    if (waiting.length <= batchEntries) return true;
    return (
      waiting.length <= mostBatches * batchEntries && waiting.every(({ seq }) => this.#suspects.has(seq))
    );
  }

  /** Begins again with the first that was passed over. */
  startOver(): void {
    this.#passedOver.clear();
  }

  /** Forgets suspects: nothing is left of what they were in. */
  clear(): void {
    this.#suspects.clear();
    this.#passedOver.clear();
  }

  /** The result as it is to be acted on: a document is refused for good only where others are known to be taken. */
  judge(entries: readonly QueuedEntry[], result: SendResult): SendResult {
    const { verdicts, failure } = this.#judge(entries, result);
    for (const [index, { seq }] of entries.entries()) {
      if ((verdicts[index] ?? 'retry') !== 'retry') this.#suspects.delete(seq);
    }
    return { verdicts, failure };
  }

  #judge(entries: readonly QueuedEntry[], { verdicts, failure }: SendResult): SendResult {
    if (verdicts.includes('delivered')) {
      this.#taken++;
      this.#refusedInRow = 0;
      this.#passedOver.clear();
      return { verdicts, failure };
    }
    const [entry] = entries;
    const [verdict] = verdicts;
    if (entry === undefined || entries.length > 1) return this.#judgeBatch(verdicts, failure);
    const refusal = typeof verdict === 'object' ? refused(verdict.rejected, failure) : failure;
    if (refusal === undefined || (refusal.scope !== 'batch' && !refusalCode.test(refusal.code))) {
      return { verdicts, failure };
    }
    return this.#judgeLone(entry, refusal);
  }

  /** Beyond the first few, what was refused is sent again in smaller pieces, and in the end alone. */
  #judgeBatch(verdicts: readonly Verdict[], failure: DeliveryFailure | undefined): SendResult {
    let excess: DeliveryFailure | undefined;
    const judged = verdicts.map((verdict): Verdict => {
      if (typeof verdict === 'string') return verdict;
      if (this.#refusedInRow < maxRefusedInRow) {
        this.#refusedInRow++;
        return verdict;
      }
      excess ??= refused(verdict.rejected, undefined);
      return 'retry';
    });
    return { verdicts: judged, failure: failure ?? excess };
  }

  #judgeLone({ seq }: QueuedEntry, failure: DeliveryFailure): SendResult {
    const { message, scope, code, retryAfterMs, peer } = failure;
    const suspect = this.#suspects.get(seq) ?? { refusals: 0, confirmed: 0, taken: this.#taken };
    this.#suspects.set(seq, suspect);
    suspect.refusals++;
    const isConfirmed = suspect.taken !== this.#taken;
    if (isConfirmed) suspect.confirmed++;
    suspect.taken = this.#taken;
    const isGivenUp = scope === 'batch' ? this.#refusedInRow < maxRefusedInRow : suspect.confirmed >= proof;
    if (isGivenUp) {
      this.#refusedInRow++;
      return { verdicts: [{ rejected: message }] };
    }
    const isPassedOver =
      isConfirmed || scope === 'batch' || suspect.refusals >= patience || this.#passedOver.size > 0;
    if (isPassedOver) this.#passedOver.add(seq);
    // Unless something was taken meanwhile it counts against the destination, which is given time.
    const whose = isConfirmed ? 'batch' : 'destination';
    return {
      verdicts: ['retry'],
      failure: new DeliveryFailure(message, { code, scope: whose, retryAfterMs, peer }),
    };
  }
}

function refused(reason: string, failure: DeliveryFailure | undefined): DeliveryFailure {
  return new DeliveryFailure(reason, { code: 'REFUSED', scope: 'batch', peer: failure?.peer });
}

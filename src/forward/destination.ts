import type { QueuedEntry } from './outbox.ts';

/** What the receiver did with one entry: has it, is to be asked again, or will never take it. */
export type Verdict = 'delivered' | 'retry' | { readonly rejected: string };

export interface SendResult {
  /** One for each entry, in order. */
  readonly verdicts: readonly Verdict[];
  /** Why some are to be sent again. */
  readonly failure?: DeliveryFailure | undefined;
}

/** A receiver of documents. One call at a time; order is kept by the caller. */
export interface Destination {
  /** @throws DeliveryFailure when no entry is known to have arrived */
  send(entries: readonly QueuedEntry[], signal: AbortSignal): Promise<SendResult>;
  close(): Promise<void>;
}

interface FailureOptions {
  /** `batch`: the receiver is well but refuses this batch as it is; smaller ones may pass. */
  readonly scope?: 'destination' | 'batch';
  readonly retryAfterMs?: number | undefined;
  /** `ECONNREFUSED`, `HTTP 401`, …: what the table of explanations is looked up by. */
  readonly code: string;
  /** `host:port` or path that was being reached. */
  readonly peer?: string | undefined;
  readonly cause?: unknown;
}

/** A delivery that did not succeed. The message holds no secrets, and no text of the receiver that is not escaped. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure';
  readonly scope: 'destination' | 'batch';
  readonly retryAfterMs: number | undefined;
  readonly code: string;
  readonly peer: string | undefined;

  constructor(message: string, options: FailureOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.scope = options.scope ?? 'destination';
    this.retryAfterMs = options.retryAfterMs;
    this.code = options.code;
    this.peer = options.peer;
  }
}

/** The same verdict for all. */
export function sameVerdict(entries: readonly QueuedEntry[], verdict: Verdict): Verdict[] {
  return entries.map(() => verdict);
}

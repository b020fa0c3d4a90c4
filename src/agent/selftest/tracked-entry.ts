import type { OutboxEntry } from '../../forward/index.ts';
import { OutboxDesk, type Store } from '../../store/index.ts';
import type { Forwarding } from '../forwarding.ts';
import type { StepState } from './selftest-step.ts';

/** What has become of the entry at one destination. */
export interface EntryFate {
  readonly destination: string;
  /** Whether there is nothing to wait for any more. */
  readonly isDone: boolean;
  /** Of what is not done: as it is when nobody waits any longer. */
  readonly state: StepState;
  readonly what: string;
}

/** One entry on its way through an outbox that others use as well. */
export interface TrackedEntry {
  /** Belongs in a transaction. What is put a second time takes the place of the first in what follows. */
  put(entry: OutboxEntry): void;
  /** After the transaction: has it sent. Its number in the queue; `undefined` when it was not taken in. */
  send(): number | undefined;
  follow(): readonly EntryFate[];
}

/** `forwarding` is asked each time: under a running agent it changes. */
export function trackEntry(store: Store, forwarding: () => Forwarding): TrackedEntry {
  const desk = new OutboxDesk(store);
  let tracked: { readonly entry: OutboxEntry; readonly seq: number } | undefined;

  function fateAt(destination: string, lastFailure: string | undefined): EntryFate {
    const { outbox, forwarder } = forwarding();
    if (tracked === undefined || outbox.cursor(destination) < tracked.seq) {
      const what = `not delivered: ${lastFailure ?? 'no answer in time'}`;
      return { destination, isDone: false, state: 'fail', what };
    }
    const done = { destination, isDone: true } as const;
    if (!forwarder.accepts(destination, tracked.entry)) {
      return { ...done, state: 'skipped', what: 'its filter does not take it' };
    }
    const reason = desk.refusal(destination, tracked.entry.eventId);
    return reason === undefined
      ? { ...done, state: 'ok', what: 'delivered' }
      : { ...done, state: 'fail', what: `refused: ${reason}` };
  }

  return {
    put(entry) {
      const { outbox } = forwarding();
      outbox.put([entry]);
      const seq = outbox.seqOf(entry.eventId);
      tracked = seq === undefined ? undefined : { entry, seq };
    },
    send() {
      forwarding().forwarder.wake();
      return tracked?.seq;
    },
    follow: () => forwarding().forwarder.status.map(({ name, lastFailure }) => fateAt(name, lastFailure)),
  };
}

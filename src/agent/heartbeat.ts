import type { Clock } from '../event/index.ts';
import { createHealthEntry } from '../forward/index.ts';
import { OutboxDesk, type Store } from '../store/index.ts';
import { agentFacts, type Forwarding } from './forwarding.ts';
import type { Tally } from './tally.ts';

export interface HeartbeatParts {
  readonly store: Store;
  /** In force now; a reload exchanges it. */
  readonly forwarding: () => Forwarding;
  readonly tally: Tally;
  readonly modelHash: () => string;
  /** What is wrong with the agent besides its destinations, in words. */
  readonly problems: () => readonly string[];
  /** Counted besides the tally. */
  readonly counters: () => Readonly<Record<string, number>>;
  readonly responseMode: () => string;
  readonly clock: Clock;
  readonly everyMs: number;
}

export interface Heartbeat {
  /** Says it now, because something happened. */
  beat(): void;
  stop(): void;
}

/** Says every few minutes, through the outbox, that the agent is alive and how it is. */
export function startHeartbeat(parts: HeartbeatParts): Heartbeat {
  const { store, tally, problems, modelHash, responseMode, clock, everyMs } = parts;
  const startedMs = clock.nowMs();
  const desk = new OutboxDesk(store);
  function beat(): void {
    const { outbox, forwarder } = parts.forwarding();
    const { entries, bytes, put, deadLetters } = outbox.totals();
    const { records, processEvents, scored, related, filtered, rejected } = tally;
    const nowMs = clock.nowMs();
    const counts = new Map(desk.destinations().map((each) => [each.name, each]));
    const { held } = outbox;
    const dropped = [...counts.values()].reduce((sum, each) => sum + each.dropped, 0);
    const failing = forwarder.status.filter(({ failures }) => failures > 0);
    outbox.add([
      createHealthEntry(
        {
          uptimeMs: nowMs - startedMs,
          responseMode: responseMode(),
          modelHash: modelHash(),
          counters: { records, processEvents, scored, related, filtered, rejected, put, ...parts.counters() },
          outbox: { entries, bytes, deadLetters, dropped, held },
          destinations: forwarder.status.map(({ name, state, failures }) => ({
            name,
            state,
            failures,
            waiting: counts.get(name)?.waiting ?? 0,
          })),
          problems: [
            ...(store.isWaiting
              ? ['the state file cannot be written: its disk is full or refuses writes']
              : []),
            ...problems(),
            ...failing.map(({ name, lastFailure }) => `${name}: ${lastFailure ?? 'fails'}`),
          ],
        },
        nowMs,
        agentFacts(),
      ),
    ]);
    forwarder.wake();
  }
  const timer = setInterval(beat, everyMs);
  return { beat, stop: () => clearInterval(timer) };
}

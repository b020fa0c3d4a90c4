import { hash } from 'node:crypto';
import type { Clock } from '../event/index.ts';
import { createHealthEntry, isFailing } from '../forward/index.ts';
import type { Log } from '../log/index.ts';
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
  /** In force now; a reload exchanges it. */
  readonly everyMs: () => number;
  readonly log: Log;
}

/** How soon another interval is in force. */
const lookEveryMs = 1_000;

export interface Heartbeat {
  /** Says it now, because something happened. Never throws: one that cannot be queued is told to the log. */
  beat(): void;
  stop(): void;
}

/** Says every few minutes, through the outbox, that the agent is alive and how it is; each host at its own moment. */
export function startHeartbeat(parts: HeartbeatParts): Heartbeat {
  const { store, tally, problems, modelHash, responseMode, clock, everyMs, log } = parts;
  const startedMs = clock.nowMs();
  const desk = new OutboxDesk(store);
  function say(): void {
    const { outbox, forwarder } = parts.forwarding();
    const { entries, bytes, put, deadLetters, ...totals } = outbox.totals();
    const { records, processEvents, scored, related, filtered, rejected } = tally;
    const nowMs = clock.nowMs();
    const counts = new Map(desk.destinations().map((each) => [each.name, each]));
    const { held } = outbox;
    const dropped = [...counts.values()].reduce((sum, each) => sum + each.dropped, totals.dropped);
    const failing = forwarder.status.filter(isFailing);
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
            ...(store.lacksState
              ? ['what was learnt is in memory only, until the disk has room to store it']
              : []),
            ...problems(),
            ...failing.map(
              ({ name, state, lastFailure }) =>
                `${name}: ${state === 'stopped' ? state : (lastFailure ?? 'fails')}`,
            ),
          ],
        },
        nowMs,
        agentFacts(),
      ),
    ]);
    forwarder.wake();
  }
  function beat(): void {
    try {
      say();
    } catch (error) {
      log.error('A heartbeat could not be queued', { error });
    }
  }
  let lastMs = performance.now() - everyMs() + phaseOf(agentFacts().hostName ?? '', everyMs());
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - lastMs < everyMs()) return;
    lastMs = nowMs;
    beat();
  }, lookEveryMs);
  return { beat, stop: () => clearInterval(timer) };
}

/**
 * When the first heartbeat comes after the start, in ms: the same for a host each time, and spread evenly over hosts, so
 * that a fleet which starts at once does not report at once.
 */
export function phaseOf(hostName: string, everyMs: number): number {
  const share =
    Buffer.from(hash('sha256', `heartbeat\n${hostName.toLowerCase()}`, 'hex'), 'hex').readUInt32BE() /
    2 ** 32;
  return Math.floor(share * everyMs);
}

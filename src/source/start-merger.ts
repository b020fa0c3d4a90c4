import type { HostEvent, ProcessEvent } from '../event/index.ts';
import { isSameStart, StartMemory, toleranceMs } from './start-memory.ts';

/** How long a kernel record waits for Sysmon's, which its service writes with a delay. */
const holdMs = 2_000;
/** More than this is not held, however many there are within that time. */
const mostHeld = 10_000;

interface Held {
  readonly event: HostEvent;
  readonly deadlineMs: number;
}

/**
 * Makes one stream of what the kernel and Sysmon say. A start that both report is one event: Sysmon's
 * fields stand, the kernel's fill what Sysmon leaves open. Kernel records wait for their partner, in
 * order; they leave alone when Sysmon has gone past their time, their wait is over, or too many wait. How long they wait
 * goes by a clock of its own: the time in events is the system's, which anybody with the right to do so sets back.
 */
export class StartMerger {
  /** Kernel starts that became part of Sysmon's, or came after it and said nothing new. */
  duplicates = 0;
  #held: Held[] = [];
  /** Sysmon starts that had no partner yet, for a kernel record that comes after them. */
  readonly #unpaired = new StartMemory();

  /** When the first held record has waited long enough, or `undefined` when none waits. */
  get deadlineMs(): number | undefined {
    return this.#held[0]?.deadlineMs;
  }

  /** What may go on now that Sysmon has said this. */
  fromSysmon(event: HostEvent): HostEvent[] {
    const released: HostEvent[] = [];
    const partner = event.kind === 'start' ? this.#takePartner(event) : undefined;
    while (this.#held.length > 0 && this.#held[0]!.event.timeMs < event.timeMs - toleranceMs) {
      released.push(this.#held.shift()!.event);
    }
    if (event.kind !== 'start') return [...released, event];
    if (partner === undefined) this.#unpaired.remember(event);
    else this.duplicates++;
    return [...released, partner === undefined ? event : merge(event, partner)];
  }

  /** What may go on now that the kernel has said this; `nowMs` is a clock that nobody can set. */
  fromKernel(event: HostEvent, nowMs: number): HostEvent[] {
    if (event.kind === 'start' && this.#unpaired.take(event)) {
      this.duplicates++;
      return [];
    }
    // Others wait only so that they do not overtake a start that waits.
    if (event.kind !== 'start' && this.#held.length === 0) return [event];
    this.#held.push({ event, deadlineMs: nowMs + holdMs });
    const overflow = this.#held.length > mostHeld ? [this.#held.shift()!.event] : [];
    return [...overflow, ...this.expire(nowMs)];
  }

  /** What has waited long enough. */
  expire(nowMs: number): HostEvent[] {
    const released: HostEvent[] = [];
    while (this.#held.length > 0 && this.#held[0]!.deadlineMs <= nowMs) {
      released.push(this.#held.shift()!.event);
    }
    return released;
  }

  /** Everything that still waits, at the end. */
  flush(): HostEvent[] {
    return this.expire(Number.POSITIVE_INFINITY);
  }

  #takePartner(event: ProcessEvent): ProcessEvent | undefined {
    for (const [index, { event: held }] of this.#held.entries()) {
      if (held.kind === 'start' && isSameStart(held, event)) {
        this.#held.splice(index, 1);
        return held;
      }
    }
    return undefined;
  }
}

/**
 * The host stays as Sysmon names it, in pairs and alone alike: results are kept by it. From an unconfirmed record nothing
 * is filled in: whoever wrote it must not make Sysmon's start one that is not acted on.
 */
function merge(sysmon: ProcessEvent, kernel: ProcessEvent): ProcessEvent {
  if (kernel.isUnconfirmed === true) return sysmon;
  return {
    ...sysmon,
    user: fillAbsent(sysmon.user, kernel.user),
    process: fillAbsent(sysmon.process, kernel.process),
  };
}

/** `first` with its open fields taken from `second`, of the same shape, at every depth. */
function fillAbsent<T extends object>(first: T, second: T): T {
  const filled = { ...first } as Record<string, unknown>;
  for (const [key, value] of Object.entries(first)) {
    const other: unknown = second[key as keyof T];
    if (value === undefined) filled[key] = other;
    else if (isPlain(value) && isPlain(other)) filled[key] = fillAbsent(value, other);
  }
  return filled as T;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { HostEvent, ProcessEvent } from '../event/index.ts';

/**
 * Both captures stamp a start within a few milliseconds of each other, Sysmon's cut to milliseconds; a
 * pid does not come back that soon.
 */
const toleranceMs = 50;
/** How long a kernel record waits for Sysmon's, which its service writes with a delay. */
const holdMs = 2_000;
/** Sysmon starts are remembered this long, for a kernel record that comes after them. */
const memoryMs = 60_000;

interface Held {
  readonly event: HostEvent;
  readonly deadlineMs: number;
}

/**
 * Makes one stream of what the kernel and Sysmon say. A start that both report is one event: Sysmon's
 * fields stand, the kernel's fill what Sysmon leaves open. Kernel records wait for their partner, in
 * order; they leave alone when Sysmon has gone past their time or their wait is over.
 */
export class StartMerger {
  /** Kernel starts that became part of Sysmon's, or came after it and said nothing new. */
  duplicates = 0;
  #held: Held[] = [];
  /** Start times by pid of Sysmon starts that had no partner yet. */
  readonly #unpaired = new Map<number, number>();

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
    if (partner === undefined) this.#remember(event);
    else this.duplicates++;
    return [...released, partner === undefined ? event : merge(event, partner)];
  }

  /** What may go on now that the kernel has said this; `nowMs` is any clock that runs forward. */
  fromKernel(event: HostEvent, nowMs: number): HostEvent[] {
    if (event.kind === 'start' && this.#hasBeenTold(event)) {
      this.duplicates++;
      return [];
    }
    // Others wait only so that they do not overtake a start that waits.
    if (event.kind !== 'start' && this.#held.length === 0) return [event];
    this.#held.push({ event, deadlineMs: nowMs + holdMs });
    return this.expire(nowMs);
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
      if (held.kind === 'start' && isSameStart(held, event.process.pid, event.timeMs)) {
        this.#held.splice(index, 1);
        return held;
      }
    }
    return undefined;
  }

  #remember(event: ProcessEvent): void {
    for (const [pid, timeMs] of this.#unpaired) {
      if (timeMs > event.timeMs - memoryMs) break;
      this.#unpaired.delete(pid);
    }
    const pid = event.process.pid;
    if (pid === undefined) return;
    this.#unpaired.delete(pid);
    this.#unpaired.set(pid, event.timeMs);
  }

  #hasBeenTold(event: ProcessEvent): boolean {
    const pid = event.process.pid;
    const timeMs = pid === undefined ? undefined : this.#unpaired.get(pid);
    if (pid === undefined || timeMs === undefined || !isSameStart(event, pid, timeMs)) return false;
    this.#unpaired.delete(pid);
    return true;
  }
}

function isSameStart(kernel: ProcessEvent, pid: number | undefined, timeMs: number): boolean {
  const startMs = kernel.process.startMs ?? kernel.timeMs;
  return pid !== undefined && kernel.process.pid === pid && Math.abs(startMs - timeMs) <= toleranceMs;
}

/** The host stays as Sysmon names it, in pairs and alone alike: results are kept by it. */
function merge(sysmon: ProcessEvent, kernel: ProcessEvent): ProcessEvent {
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

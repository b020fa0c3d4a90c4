import type { StatePort } from './state-port.ts';
import { UnsavedKeys } from './unsaved-keys.ts';

const kind = 'clock';

/** Most hosts that are followed at once; the one known longest leaves first. */
const maxHosts = 10_000;

/** A start this much older than its host's clock sets the clock back instead of being late. */
const setBackMs = 24 * 60 * 60_000;

/** What a start does to the clock of its host. */
export interface ClockStep {
  readonly nowMs: number;
  /** A host that had to leave for this one. */
  readonly evicted: string | undefined;
}

interface HostClock {
  readonly serial: number;
  nowMs: number;
}

/**
 * The time of each host, as its own starts tell it. Windows open and close by it, so that the outcome does
 * not depend on when a recording is replayed, nor on the clocks of other hosts.
 */
export class HostClocks {
  readonly #clocks = new Map<string, HostClock>();
  readonly #unsaved = new UnsavedKeys(kind);
  #nextSerial = 0;

  constructor(port?: StatePort) {
    if (port === undefined) return;
    const saved = [...port.load(kind)] as [string, HostClock][];
    for (const [host, { serial, nowMs }] of saved.sort((a, b) => a[1].serial - b[1].serial)) {
      this.#clocks.set(host, { serial, nowMs });
      this.#nextSerial = serial + 1;
    }
  }

  /** Moves the clock of a host; a late event leaves it where it is. */
  advance(host: string, timeMs: number): ClockStep {
    const clock = this.#clocks.get(host);
    if (clock === undefined) return this.#add(host, timeMs);
    if (timeMs > clock.nowMs || timeMs < clock.nowMs - setBackMs) {
      clock.nowMs = timeMs;
      this.#unsaved.change(host);
    }
    return { nowMs: clock.nowMs, evicted: undefined };
  }

  /** Hosts whose clock is before this time. */
  before(timeMs: number): string[] {
    return [...this.#clocks].filter(([, { nowMs }]) => nowMs < timeMs).map(([host]) => host);
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#unsaved.startOver(this.#clocks.keys());
  }

  save(port: StatePort): void {
    this.#unsaved.save(port, (host) => this.#clocks.get(host));
  }

  #add(host: string, timeMs: number): ClockStep {
    let evicted: string | undefined;
    if (this.#clocks.size >= maxHosts) {
      [evicted] = this.#clocks.keys();
      this.#clocks.delete(evicted!);
      this.#unsaved.remove(evicted!);
    }
    this.#clocks.set(host, { serial: this.#nextSerial++, nowMs: timeMs });
    this.#unsaved.change(host);
    return { nowMs: timeMs, evicted };
  }
}

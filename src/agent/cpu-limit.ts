/** Readings of the process and its clock. */
export interface CpuMeter {
  /** Of a clock that does not jump. */
  nowMs(): number;
  /** Processor time the process has used, all threads and the kernel's share together. */
  usedMs(): number;
}

/** Over so long the limit holds on average. */
const windowMs = 2_000;
/** The longest rest at once: a stop must not have to wait for it. */
const maxRestMs = 500;

/** How long to rest after each piece of work so that the process stays below its share of one core. */
export class CpuLimit {
  readonly #meter: CpuMeter;
  #percent: number | null;
  #fromMs: number;
  #fromUsedMs: number;

  /** `percent` of one core; null for no limit. */
  constructor(percent: number | null, meter: CpuMeter = processMeter) {
    this.#percent = percent;
    this.#meter = meter;
    this.#fromMs = meter.nowMs();
    this.#fromUsedMs = meter.usedMs();
  }

  set percent(percent: number | null) {
    this.#percent = percent;
  }

  /** Milliseconds to wait before the next piece of work; 0 when there is room. */
  restMs(): number {
    if (this.#percent === null) return 0;
    const elapsedMs = this.#meter.nowMs() - this.#fromMs;
    const usedMs = this.#meter.usedMs() - this.#fromUsedMs;
    const owedMs = usedMs / (this.#percent / 100) - elapsedMs;
    if (owedMs > 0) return Math.min(maxRestMs, Math.ceil(owedMs));
    // Time that was not used cannot be saved up for a burst beyond one window.
    if (elapsedMs > windowMs) {
      this.#fromMs = this.#meter.nowMs();
      this.#fromUsedMs = this.#meter.usedMs();
    }
    return 0;
  }
}

const processMeter: CpuMeter = {
  nowMs: () => performance.now(),
  usedMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};

import type { SourceCounters } from '../windows/index.ts';
import type { LiveStats } from './live-source.ts';

type Captures = LiveStats['captures'];
type Numbers = { readonly [name: string]: number };

/** What the captures of a source have counted, those that were closed included: totals that only grow. */
export class CaptureTotals {
  #closed: Captures = {};
  #readOpen: () => Captures = () => ({});

  /** Counts on with captures that were opened now; those before them are closed. */
  open(read: () => Captures): void {
    this.close();
    this.#readOpen = read;
  }

  /** Keeps the last counters of what was open. */
  close(): void {
    const last = Object.entries(this.read());
    this.#closed = Object.fromEntries(last.map(([name, counters]) => [name, settle(counters)]));
    this.#readOpen = () => ({});
  }

  read(): Captures {
    const totals = { ...this.#closed };
    for (const [name, counters] of Object.entries(this.#readOpen())) {
      const before = totals[name];
      totals[name] = before === undefined ? counters : add(before, counters);
    }
    return totals;
  }
}

/** Nobody reads any more what still waited in it. */
function settle(counters: SourceCounters): SourceCounters {
  return { ...counters, dropped: counters.dropped + counters.queued, queued: 0, ringBytes: 0 };
}

/** State is that of the later one, and a peak is the higher one. */
function add(before: SourceCounters, now: SourceCounters): SourceCounters {
  const { state, facts, ...numbers } = now;
  const { state: _, facts: factsBefore, ...numbersBefore } = before;
  const names = Object.keys(facts) as (keyof typeof facts)[];
  return {
    ...(sum(numbersBefore, numbers) as typeof numbers),
    ringBytesPeak: Math.max(before.ringBytesPeak, now.ringBytesPeak),
    state,
    facts: Object.fromEntries(
      names.map((name) => [name, sum({ ...factsBefore[name] }, { ...facts[name] })]),
    ) as unknown as typeof facts,
  };
}

function sum(a: Numbers, b: Numbers): Numbers {
  return Object.fromEntries(Object.entries(b).map(([name, value]) => [name, value + (a[name] ?? 0)]));
}

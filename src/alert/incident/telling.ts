import type { Activity } from './activity.ts';
import { buildIncidents, type IncidentMemory } from './build-incident.ts';
import type { Incident } from './incident.ts';

/** Activities that are over, one after the other, whose incidents are worked out a little at a time. */
export class Telling {
  readonly #memory: IncidentMemory;
  readonly #onTold: (activity: Activity) => void;
  readonly #queue: { readonly activity: Activity; readonly work: Generator<void, Incident[]> }[] = [];

  constructor(memory: IncidentMemory, onTold: (activity: Activity) => void) {
    this.#memory = memory;
    this.#onTold = onTold;
  }

  add(activity: Activity): void {
    this.#queue.push({ activity, work: this.#tell(activity) });
  }

  /** Goes on until so many pauses have come, or all is told; gives what was found meanwhile. */
  proceed(pauses: number): Incident[] {
    const told: Incident[] = [];
    for (let left = pauses; left > 0; left--) {
      const [first] = this.#queue;
      if (first === undefined) break;
      const { done, value } = first.work.next();
      if (done !== true) continue;
      this.#queue.shift();
      told.push(...value);
      this.#onTold(first.activity);
    }
    return told;
  }

  *#tell(activity: Activity): Generator<void, Incident[]> {
    return activity.alerts.size === 0 ? [] : yield* buildIncidents(activity, this.#memory);
  }
}

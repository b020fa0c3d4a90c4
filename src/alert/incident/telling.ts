import type { Activity } from './activity.ts';
import { buildIncidents } from './build-incident.ts';
import type { Incident } from './incident.ts';

/** Activities that are over, one after the other, whose incidents are worked out a little at a time. */
export class Telling {
  readonly #onTold: (activity: Activity) => void;
  readonly #queue: { readonly activity: Activity; readonly work: Generator<Incident | undefined, void> }[] =
    [];

  constructor(onTold: (activity: Activity) => void) {
    this.#onTold = onTold;
  }

  /** Those that are not told to the end. */
  get activities(): Activity[] {
    return this.#queue.map(({ activity }) => activity);
  }

  add(activity: Activity): void {
    this.#queue.push({ activity, work: this.#tell(activity) });
  }

  /** Goes on until so many pauses have come, or an incident is found, or all is told. */
  proceed(pauses: number): Incident[] {
    for (let left = pauses; left > 0; left--) {
      const [first] = this.#queue;
      if (first === undefined) break;
      const { done, value: incident } = first.work.next();
      if (done === true) {
        this.#queue.shift();
        this.#onTold(first.activity);
      } else if (incident !== undefined) return [incident];
    }
    return [];
  }

  /** Tells all at once. */
  finish(): Incident[] {
    const told: Incident[] = [];
    for (const { activity, work } of this.#queue.splice(0)) {
      for (const incident of work) if (incident !== undefined) told.push(incident);
      this.#onTold(activity);
    }
    return told;
  }

  *#tell(activity: Activity): Generator<Incident | undefined, void> {
    if (activity.alerts.size > 0) yield* buildIncidents(activity);
  }
}

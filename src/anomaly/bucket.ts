import type { Entity, Pair } from './entity.ts';
import type { ScoredStart } from './scored-start.ts';

/** A flagged start in an open bucket. */
export interface Sighting {
  readonly start: ScoredStart;
  readonly process: string | undefined;
  readonly user: Entity | undefined;
  readonly parent: Entity | undefined;
}

/** The flagged starts of one process name under one entity. */
export interface ProcessTally {
  count: number;
  maxProbability: number;
}

/** The flagged starts of one entity. */
export interface EntityTally {
  readonly entity: Entity;
  count: number;
  /** Of malicious probabilities. */
  sum: number;
  readonly processes: Map<string, ProcessTally>;
}

/** A bucket that still takes events: what it has seen becomes evidence when it closes. */
export class OpenBucket {
  /** Unique in this state, growing. */
  readonly serial: number;
  /** Start time divided by the span. */
  readonly index: number;
  /** The host's age when it was opened. */
  readonly age: number;
  /** 1 or 2: its bit in `pending`. */
  readonly slot: number;
  readonly touchedEntities: Entity[] = [];
  readonly touchedPairs: Pair[] = [];
  readonly sightings: Sighting[] = [];
  readonly tallies = new Map<number, EntityTally>();
  saved = false;
  /** How many sightings are saved. */
  savedSightings = 0;

  constructor(serial: number, index: number, age: number, slot: number) {
    this.serial = serial;
    this.index = index;
    this.age = age;
    this.slot = slot;
  }

  add(sighting: Sighting, host: Entity): void {
    this.sightings.push(sighting);
    const probability = sighting.start.prediction.maliciousProbability;
    this.#tally(host, sighting.process, probability);
    if (sighting.user !== undefined) this.#tally(sighting.user, sighting.process, probability);
    if (sighting.parent !== undefined) this.#tally(sighting.parent, sighting.process, probability);
  }

  #tally(entity: Entity, process: string | undefined, probability: number): void {
    let tally = this.tallies.get(entity.id);
    if (tally === undefined) {
      tally = { entity, count: 0, sum: 0, processes: new Map() };
      this.tallies.set(entity.id, tally);
    }
    tally.count++;
    tally.sum += probability;
    if (process === undefined) return;
    const known = tally.processes.get(process);
    if (known === undefined) {
      tally.processes.set(process, { count: 1, maxProbability: probability });
    } else {
      known.count++;
      if (probability > known.maxProbability) known.maxProbability = probability;
    }
  }
}

import type { Entity, Sighting } from './anomaly-host.ts';

/** The sightings of one entity, in order of arrival. */
interface EntitySightings {
  readonly all: Sighting[];
  readonly byProcess: Map<string, Sighting[]>;
}

const none: readonly Sighting[] = [];

/** The flagged starts of a bucket by entity and process, found in one pass for all the judgements on it. */
export class SightingIndex {
  readonly #entities = new Map<Entity, EntitySightings>();

  constructor(host: Entity, sightings: readonly Sighting[]) {
    for (const sighting of sightings) {
      this.#add(host, sighting);
      if (sighting.user !== undefined) this.#add(sighting.user, sighting);
      if (sighting.parent !== undefined) this.#add(sighting.parent, sighting);
    }
  }

  /** Those of an entity, or of one process under it, in order of arrival. */
  of(entity: Entity, process: string | undefined): readonly Sighting[] {
    const found = this.#entities.get(entity);
    return (process === undefined ? found?.all : found?.byProcess.get(process)) ?? none;
  }

  #add(entity: Entity, sighting: Sighting): void {
    let found = this.#entities.get(entity);
    if (found === undefined) {
      found = { all: [], byProcess: new Map() };
      this.#entities.set(entity, found);
    }
    found.all.push(sighting);
    if (sighting.process === undefined) return;
    const ofProcess = found.byProcess.get(sighting.process);
    if (ofProcess === undefined) found.byProcess.set(sighting.process, [sighting]);
    else ofProcess.push(sighting);
  }
}

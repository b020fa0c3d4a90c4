import { type Bundle, createDriftTally, type DriftCounts, type DriftTally } from '../problemchild/index.ts';
import { DriftTable, type Store } from '../store/index.ts';

/** Counts what the model sees on this host, beside what it was made for. */
export interface DriftLog {
  readonly tally: DriftTally;
  /** Belongs in the transaction of the batch. */
  save(): void;
}

/** Goes on from what the store has of this model. `keeps` is false for a run that nothing comes after. */
export function openDriftLog(store: Store, bundle: Bundle, keeps: boolean): DriftLog {
  const table = new DriftTable(store);
  const { sha256 } = bundle.weights;
  const tally = createDriftTally(keeps ? table.load(sha256) : {});
  return {
    tally,
    save() {
      if (keeps) table.save(sha256, tally.snapshot());
    },
  };
}

/** What a bundle says its scores and inputs looked like on hosts in peace; none for an imported model. */
export function driftReference({ training }: Bundle): DriftCounts | undefined {
  return training['drift'] as DriftCounts | undefined;
}

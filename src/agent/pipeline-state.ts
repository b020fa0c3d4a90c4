import type { AlertDesk, StatePort } from '../alert/index.ts';
import type { AnomalyEngine, AnomalyMode } from '../anomaly/index.ts';
import type { MlRules, PendingRecord } from '../detection/index.ts';
import type { ProcessRow, ProcessTable } from '../lineage/index.ts';
import {
  AnomalyStateTable,
  clearPipelineState,
  PendingRecordTable,
  ProcessRowTable,
  StageStateTable,
  type Store,
} from '../store/index.ts';

/** What the stages of a pipeline remember between runs. */
export interface PipelineState {
  readonly processes: readonly ProcessRow[];
  readonly pending: readonly PendingRecord[];
  /** Where the desk begins from; `undefined` when nothing is kept. */
  readonly stages: StatePort | undefined;
  /** Belongs in the transaction of the batch. */
  save(table: ProcessTable, anomalies: AnomalyEngine, mlRules: MlRules, desk: AlertDesk): void;
}

/** State in a file that outlives the run. */
export function openPipelineState(store: Store, mode: AnomalyMode): PipelineState {
  const processTable = new ProcessRowTable(store);
  const pendingTable = new PendingRecordTable(store);
  const anomalyTable = new AnomalyStateTable(store);
  const stages = new StageStateTable(store);
  return {
    processes: processTable.load(),
    pending: pendingTable.load(),
    stages,
    save(table, anomalies, mlRules, desk) {
      if (store.lacksState && store.hasRoom) {
        // The store holds what was learnt before too much waited; all of it makes way for what is known now.
        store.acceptState();
        clearPipelineState(store, mode);
        table.forgetStored();
        anomalies.forgetSaved();
        desk.forgetSaved();
      }
      processTable.save(table.takeChanges());
      anomalies.save(anomalyTable);
      pendingTable.replace(mlRules.pending);
      desk.save(stages);
    },
  };
}

function ignore(): void {
  // Nothing is kept.
}

const nowhere: StatePort = {
  load: () => [],
  put: ignore,
  remove: ignore,
};

/** For a run that nothing comes after: what is unsaved is let go. */
export const noPipelineState: PipelineState = {
  processes: [],
  pending: [],
  stages: undefined,
  save(_, anomalies, __, desk) {
    anomalies.forgetChanges();
    desk.save(nowhere);
  },
};

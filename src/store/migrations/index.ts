import { core } from './0001-core.ts';
import { anomaly } from './0002-anomaly.ts';
import { alertState } from './0003-alert-state.ts';
import { outbox } from './0004-outbox.ts';
import { drift } from './0005-drift.ts';
import { outboxDrops } from './0006-outbox-drops.ts';
import { lateRun } from './0007-late-run.ts';
import { outboxDropped } from './0008-outbox-dropped.ts';

/** SQL of each schema version in order; `PRAGMA user_version` counts how many have run. Append only. */
export const migrations: readonly string[] = [
  core,
  anomaly,
  alertState,
  outbox,
  drift,
  outboxDrops,
  lateRun,
  outboxDropped,
];

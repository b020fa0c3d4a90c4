import type { ProcessEvent } from '../event/index.ts';
import type { Ancestor } from '../lineage/index.ts';
import type { Prediction } from '../problemchild/index.ts';

/** A process start as it reaches this room: scored, its starters resolved. */
export interface ScoredStart {
  readonly event: ProcessEvent;
  /** Nearest first. */
  readonly ancestors: readonly Ancestor[];
  readonly prediction: Prediction;
}

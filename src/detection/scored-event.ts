import type { ProcessEvent } from '../event/index.ts';
import type { Ancestor } from '../lineage/index.ts';
import type { Prediction } from '../problemchild/index.ts';

/** A process start with who started it and what the model says of it. */
export interface ScoredEvent {
  readonly event: ProcessEvent;
  /** Nearest first. */
  readonly ancestors: readonly Ancestor[];
  readonly prediction: Prediction;
}

import type { IocMatch } from '../ioc/index.ts';
import type { TechniqueClue } from './binary-facts.ts';
import type { ProcessActivity } from './process-activity.ts';
import type { SeenStart } from './recent-starts.ts';
import type { UserHistory } from './user-profiles.ts';

/** Some of a list, and how many there are. */
export interface Excerpt<T> {
  readonly shown: readonly T[];
  readonly total: number;
}

/** What an analyst would look up first about an alert, as it was known when the alert was raised. */
export interface Triage {
  /** Flagged starts that belong together: those of the anomaly record, or of this user in the last 15 minutes. */
  readonly cluster: Excerpt<SeenStart>;
  /** What else the parent started. */
  readonly siblings: Excerpt<SeenStart>;
  readonly children: Excerpt<SeenStart>;
  readonly user: UserHistory;
  /** Installers and updaters on the host in the last hour, latest first. */
  readonly installers: readonly SeenStart[];
  /** What the processes of the cluster did on the network. */
  readonly network: readonly NetworkFinding[];
  readonly iocs: readonly IocMatch[];
  readonly facts: readonly FactFinding[];
  readonly techniques: readonly TechniqueClue[];
  /** What to look at next, most telling first. */
  readonly checks: readonly string[];
  /** What to do. */
  readonly actions: readonly string[];
}

export interface NetworkFinding extends ProcessActivity {
  readonly entityId: string;
  readonly process: string | undefined;
}

/** What a program involved is for. */
export interface FactFinding {
  readonly binary: string;
  readonly role: 'process' | 'parent' | 'cluster';
  readonly purpose: string;
  readonly abuse: string;
  readonly check: string;
}

import type { Severity } from '../../detection/index.ts';
import type { Clock } from '../../event/index.ts';
import type { ResponseMode } from '../policy/index.ts';
import type { IsolationChange } from './isolation-change.ts';
import type { IsolationJournal } from './isolation-journal.ts';
import type { AllowedPeers } from './isolation-plan.ts';
import type { IsolationPort } from './isolation-port.ts';

/** The `response.isolation` section of the configuration, as far as this room needs it. */
export interface IsolationSettings {
  /** Whether incidents may isolate the host. */
  readonly enabled: boolean;
  readonly minSeverity: Severity;
  readonly forMs: number;
  readonly persistent: boolean;
  readonly minIntervalMs: number;
  readonly refreshMs: number;
}

/** Who may be talked to, as it is known now. */
export interface FoundPeers {
  readonly allowed: AllowedPeers;
  /** By name. Of a name that has none now, those it had before. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  /** Names without any address. */
  readonly unresolved: readonly string[];
}

/** Finds out whom to leave reachable, and tries whether they are. */
export interface PeerPort {
  /** `known`: addresses that names had before, for names that cannot be resolved now. */
  find(known: FoundPeers['addresses']): Promise<FoundPeers>;
  /** Why no destination could be reached, each in words; `undefined` as soon as one was. */
  tryDestinations(): Promise<readonly string[] | undefined>;
}

/** Who is told what happens to the host. */
export interface IsolationAudience {
  isolation(change: IsolationChange): void;
  failed(what: string, error: unknown): void;
}

/** The world as isolation needs it. */
export interface IsolationParts {
  readonly settings: () => IsolationSettings;
  /** The mode in force now for what no rule is named for. */
  readonly mode: () => ResponseMode;
  readonly isStoodDown: () => boolean;
  readonly isKilled: () => boolean | undefined;
  readonly journal: IsolationJournal;
  readonly port: IsolationPort;
  readonly peers: PeerPort;
  readonly audience: IsolationAudience;
  readonly clock: Clock;
  /** When the system was started, ms since the epoch, give or take a few seconds. */
  readonly bootMs: () => number;
  readonly hostName: string;
  /** Whether an incident is of this very host. */
  readonly isThisHost: (hostName: string | undefined) => boolean | undefined;
  readonly newId: () => string;
}

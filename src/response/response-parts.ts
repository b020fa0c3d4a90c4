import type { ExceptionList } from '../alert/index.ts';
import type { Clock, ProcessEvent } from '../event/index.ts';
import type { Action } from './action.ts';
import type { EvidenceCollector } from './evidence/index.ts';
import { type OwnProcesses, ProtectedSet } from './guard/index.ts';
import type { ResponseJournal, StandDown } from './journal-port.ts';
import { type Override, type ResponsePolicy, ResponseRules } from './policy/index.ts';
import type { ProcessPort } from './process-port.ts';

/** Who is told what the response does. */
export interface ResponseAudience {
  /** An action was carried out, refused, audited, or failed. */
  action(action: Action): void;
  /** The agent used its budget up; worth a critical alert. */
  stoodDown(standDown: StandDown): void;
  /** An action could not even be written down, and was therefore not tried. */
  failed(what: string, error: unknown): void;
}

/** The world as the response needs it. */
export interface ResponseParts {
  /** In force now: asked anew for every decision, so that it can be exchanged. */
  readonly settings: () => ResponseSettings;
  readonly exceptions: () => ExceptionList;
  readonly journal: ResponseJournal;
  readonly control: ProcessPort;
  readonly clock: Clock;
  /** The override that holds now. */
  readonly override: () => Override | undefined;
  /** Whether the kill switch is set; `undefined` when that cannot be found out. */
  readonly isKilled: () => boolean | undefined;
  readonly own: () => OwnProcesses;
  /** Whether the event tells of this very host, live. */
  readonly isThisHost: (event: ProcessEvent) => boolean | undefined;
  readonly audience: ResponseAudience;
  /** Where evidence of ended processes goes; absent where none is kept. */
  readonly evidence?: (() => EvidenceCollector | undefined) | undefined;
}

/** The policy with what is compiled from it. */
export interface ResponseSettings {
  readonly policy: ResponsePolicy;
  readonly rules: ResponseRules;
  readonly protectedSet: ProtectedSet;
}

export function createResponseSettings(policy: ResponsePolicy): ResponseSettings {
  return {
    policy,
    rules: new ResponseRules(policy),
    protectedSet: new ProtectedSet(policy.protectedImages, policy.systemFolders),
  };
}

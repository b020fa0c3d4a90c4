import { AgentError } from '../errors/index.ts';
import type { ResponseJournal } from './journal-port.ts';
import { systemUptimeMs } from './override-watch.ts';
import { maxOverrideMs, type Override, type ResponseMode, type ResponsePolicy } from './policy/index.ts';

/** A person's order to act, or to act otherwise, for a time. */
export interface ArmRequest {
  /** Without one, the configured policy is armed again as it stands. */
  readonly override?: {
    readonly mode: ResponseMode;
    readonly ruleId: string | undefined;
    readonly forMs: number;
  };
  readonly reason: string;
  readonly by: string;
}

/** Arms the agent: ends a stand-down, begins a new budget, and sets another mode if one is given. */
export function arm(
  journal: ResponseJournal,
  request: ArmRequest,
  nowMs: number,
  uptimeMs: number = systemUptimeMs(),
): void {
  const { override, reason, by } = request;
  if (override !== undefined && !(override.forMs > 0 && override.forMs <= maxOverrideMs)) {
    throw new AgentError('PC_USAGE', `the time must be between 1 s and ${maxOverrideMs / 86_400_000} days`);
  }
  const set =
    override === undefined
      ? undefined
      : {
          mode: override.mode,
          ruleId: override.ruleId,
          fromMs: nowMs,
          untilMs: nowMs + override.forMs,
          fromUptimeMs: uptimeMs,
          reason,
          by,
        };
  // In this order a crash in between leaves the agent standing down.
  journal.note({ atMs: nowMs, name: 'arm', by, reason, override: set });
  journal.countedFromMs = nowMs;
  if (set !== undefined) journal.override = set;
  journal.standDown = undefined;
}

/** Ends an override, and lets the agent do nothing until somebody arms it. */
export function disarm(journal: ResponseJournal, { reason, by }: ArmRequest, nowMs: number): void {
  // What stops the agent comes first: it holds, with who asked and why, even if the rest cannot be written any more.
  journal.standDown = { sinceMs: nowMs, reason, by };
  journal.override = undefined;
  journal.note({ atMs: nowMs, name: 'disarm', by, reason, override: undefined });
}

export interface ResponseStatus {
  /** What holds now for rules that no override names. */
  readonly mode: ResponseMode;
  readonly configuredMode: ResponseMode;
  readonly override: Override | undefined;
  readonly standDown: ResponseJournal['standDown'];
  readonly killSwitch: boolean | undefined;
  readonly held: number;
  /** The agent reads no live source of this host, and whatever is armed concerns only one that does. */
  readonly actsOnNothing?: true;
}

/** `override`: what holds now. */
export function statusOf(
  journal: ResponseJournal,
  override: Override | undefined,
  policy: ResponsePolicy,
  killSwitch: boolean | undefined,
): ResponseStatus {
  const { standDown } = journal;
  const armed = override !== undefined && override.ruleId === undefined ? override.mode : policy.mode;
  const isStopped = standDown !== undefined || killSwitch !== false;
  return {
    mode: isStopped ? 'audit' : armed,
    configuredMode: policy.mode,
    override,
    standDown,
    killSwitch,
    held: journal.holds().length,
  };
}

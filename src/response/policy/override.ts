import type { ResponseMode, ResponsePolicy } from './response-policy.ts';

/** A mode that a person set for a limited time. */
export interface Override {
  readonly mode: ResponseMode;
  /** Only for this rule; for all of them when absent. */
  readonly ruleId: string | undefined;
  readonly fromMs: number;
  readonly untilMs: number;
  /** How long the system had run when it was set, ms; an agent of an earlier version does not say. */
  readonly fromUptimeMs?: number | undefined;
  readonly reason: string;
  /** Who set it. */
  readonly by: string;
}

export const maxOverrideMs = 7 * 24 * 3_600_000;

/**
 * The mode for a rule at a time. An override that is over, or that lies in the future because the clock was
 * set back, counts for nothing: the configuration holds by itself.
 */
export function modeFor(
  policy: Pick<ResponsePolicy, 'mode'>,
  override: Override | undefined,
  ruleId: string,
  nowMs: number,
): ResponseMode {
  if (override === undefined || !isInForce(override, nowMs)) return policy.mode;
  return override.ruleId === undefined || override.ruleId === ruleId ? override.mode : policy.mode;
}

export function isInForce({ fromMs, untilMs }: Override, nowMs: number): boolean {
  return nowMs >= fromMs && nowMs < untilMs;
}

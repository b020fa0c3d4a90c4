import type { InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import type { EventDetection } from '../detection/index.ts';
import { actionId } from './action.ts';
import type { Proposal } from './action-carrier.ts';
import type { Hold } from './journal-port.ts';
import type { ProcessTarget } from './process-port.ts';
import type { ResponseParts } from './response-parts.ts';

/** A flagged start as the policy was asked about it. */
export interface HeldCase {
  readonly start: ScoredStart;
  readonly interim: InterimAnomaly | undefined;
  readonly detections: readonly EventDetection[];
}

/**
 * The end of a held process, if its case has grown strong enough: `rarity` is the highest score of the jobs during the
 * hold. Policy, scope and exceptions may have changed meanwhile, so all are asked again, as they are now.
 */
export function proposeEnd(
  { override, clock, settings, exceptions }: ResponseParts,
  hold: Hold,
  { start, interim, detections }: HeldCase,
  rarity: number,
): Proposal | undefined {
  const { policy, rules } = settings();
  const nowMs = clock.nowMs();
  const wanted = rules.want(start, interim, detections, override(), nowMs);
  const { subject, sinceMs, createdMs } = hold;
  const highest = Math.max(subject.rarity ?? 0, rarity);
  if (wanted?.mode !== 'terminate' || wanted.verb !== 'terminate' || highest < policy.holdMinRarity) {
    return undefined;
  }
  return {
    action: {
      id: actionId(subject, 'terminate'),
      verb: 'terminate',
      target: hold.target,
      mode: wanted.mode,
      by: 'agent',
      reason: `rarity ${Math.round(highest)} after the hold`,
      atMs: nowMs,
    },
    subject: { ...subject, rarity: highest, target: targetOfHold(hold) },
    isThisHost: true,
    isExcepted: exceptions().protectFromResponse(wanted.rule.id, start.event) !== undefined,
    scope: wanted.scope,
    // It was fresh when it was suspended.
    ageMs: sinceMs - createdMs,
    byPerson: false,
    wholeTree: hold.target === 'tree',
    holdMs: undefined,
    isHeld: true,
  };
}

export function targetOfHold({ pid, createdMs }: Hold): ProcessTarget {
  return { pid, createdMs, toleranceMs: 0 };
}

import { type Action, type ActionSubject, actionId } from './action.ts';
import { isHoldOn } from './hold-match.ts';
import type { ResponseTarget } from './policy/index.ts';
import type { ResponseParts } from './response-parts.ts';
import type { ResponseStage } from './response-stage.ts';

/** What a responder asks to be done to one process. */
export interface PersonRequest {
  readonly verb: 'suspend' | 'resume' | 'terminate';
  readonly subject: ActionSubject;
  readonly target: ResponseTarget;
  readonly by: string;
  readonly reason: string | undefined;
}

/**
 * Carries out what a person asks, through the same guard: only age, evidence, budget and stand-down do not count
 * for somebody who has looked at this very process. A process that the agent suspended is resumed without
 * question.
 */
export async function carryOutRequest(
  parts: ResponseParts,
  stage: ResponseStage,
  request: PersonRequest,
): Promise<Action | undefined> {
  const { verb, subject, target, by, reason } = request;
  const nowMs = parts.clock.nowMs();
  if (verb === 'resume') {
    const hold = parts.journal.holds().find((each) => isHoldOn(each, subject));
    if (hold !== undefined) return stage.holds.resume(hold, reason ?? 'a person asked for it', by);
  }
  return stage.carrier.carryOut({
    action: {
      id: actionId(subject, verb, `${by} ${nowMs}`),
      verb,
      target,
      mode: parts.settings().policy.mode,
      by,
      reason,
      atMs: nowMs,
    },
    subject,
    isThisHost: true,
    isExcepted: false,
    scope: 'inside',
    ageMs: undefined,
    byPerson: true,
    wholeTree: target === 'tree' && verb === 'terminate',
    holdMs: undefined,
    isHeld: false,
  });
}

import type { Action, ActionEnd } from './action.ts';
import { targetOfHold } from './hold-decision.ts';
import { isHoldOn } from './hold-match.ts';
import type { ProcessAct } from './process-port.ts';
import { goneCodes, identify } from './process-target.ts';
import type { ResponseParts } from './response-parts.ts';

/**
 * Ends actions that an earlier run began and did not see the end of, by looking at what became of the process.
 * Nothing is done a second time: what should have ended and did not is for the next decision, or for a person.
 */
export async function finishInterrupted(parts: ResponseParts): Promise<void> {
  for (const action of parts.journal.unfinished()) {
    try {
      await finishOne(parts, action);
    } catch (error) {
      // It stays unfinished, and is looked into at the next start; what is frozen is let go all the same.
      parts.audience.failed('An interrupted action could not be finished', error);
    }
  }
}

async function finishOne(parts: ResponseParts, action: Action): Promise<void> {
  const { journal, audience, clock } = parts;
  const found = await look(parts, action);
  const isThere = found === undefined ? undefined : isRunning(found, action);
  // Broken off before the process stood still: there is nothing to resume.
  if (action.verb === 'suspend' && isThere === true && found?.facts.suspended === false) {
    journal.release(action.id);
  }
  // Broken off after it was resumed: a second time would undo what somebody else suspended since.
  if (action.verb === 'resume' && isThere === true && found?.facts.suspended === false) {
    for (const hold of journal.holds()) if (isHoldOn(hold, action.subject)) journal.release(hold.id);
  }
  const isOver = action.verb === 'terminate' && isThere === false;
  const end: ActionEnd = {
    atMs: clock.nowMs(),
    outcome: isOver ? 'success' : action.verb === 'terminate' && isThere === true ? 'failure' : 'unknown',
    refusals: [],
    result: isOver ? 'gone' : 'interrupted',
    code: undefined,
    cause: 'The agent was stopped while it acted; this is what it found afterwards.',
    processes: action.verb === 'terminate' ? await countGone(parts, action) : 0,
    latencyMs: undefined,
  };
  journal.finish(action.id, end);
  audience.action({ ...action, end });
}

/** Of the tree that was to be ended: what is gone counts in the budget, also when its holds are no longer there. */
async function countGone({ journal, control }: ResponseParts, { id }: Action): Promise<number> {
  let gone = 0;
  for (const hold of journal.holds().filter((each) => each.id.startsWith(`${id}/`))) {
    const found = await control.query(targetOfHold(hold));
    if (goneCodes.has(found.code)) gone++;
  }
  return gone;
}

async function look({ control }: ResponseParts, { subject }: Action): Promise<ProcessAct | undefined> {
  return subject.target === undefined ? undefined : control.query(subject.target);
}

function isRunning(found: ProcessAct, { subject }: Action): boolean | undefined {
  if (found.code === 'PC_E_EXITED') return false;
  const identity = identify(found, subject);
  return identity === undefined ? undefined : identity === 'match';
}

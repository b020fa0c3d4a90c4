import type { Action, ActionEnd } from './action.ts';
import { isHoldOn } from './hold-match.ts';
import type { ProcessAct } from './process-port.ts';
import { identify } from './process-target.ts';
import type { ResponseParts } from './response-parts.ts';

/**
 * Ends actions that an earlier run began and did not see the end of, by looking at what became of the process.
 * Nothing is done a second time: what should have ended and did not is for the next decision, or for a person.
 */
export async function finishInterrupted(parts: ResponseParts): Promise<void> {
  const { journal, audience, clock } = parts;
  for (const action of journal.unfinished()) {
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
      processes: 0,
      latencyMs: undefined,
    };
    journal.finish(action.id, end);
    audience.action({ ...action, end });
  }
}

async function look({ control }: ResponseParts, { subject }: Action): Promise<ProcessAct | undefined> {
  return subject.target === undefined ? undefined : control.query(subject.target);
}

function isRunning(found: ProcessAct, { subject }: Action): boolean | undefined {
  if (found.code === 'PC_E_EXITED') return false;
  const identity = identify(found, subject);
  return identity === undefined ? undefined : identity === 'match';
}

import { hash } from 'node:crypto';
import { severityNumbers } from '../alert/index.ts';
import type { OutboxEntry } from '../forward/index.ts';
import type { Log } from '../log/index.ts';
import {
  actionToEcs,
  type IsolationAudience,
  isolationToEcs,
  type ResponseAudience,
  standDownToEcs,
} from '../response/index.ts';

/** Tells destinations and the log what the response does. The journal has it already: a lost entry loses no fact. */
export function createOutboxAudience(
  put: (entry: OutboxEntry) => void,
  log: Log,
): ResponseAudience & IsolationAudience {
  /** Who is told must not keep anybody from acting, nor from writing down what was done. */
  function tell(entry: OutboxEntry): void {
    try {
      put(entry);
    } catch (error) {
      log.error('What the response did could not be handed on; its journal has it', {
        action: entry.eventId,
        error,
      });
    }
  }

  return {
    action(action) {
      log.info('Response', {
        verb: action.verb,
        mode: action.mode,
        outcome: action.end?.outcome,
        refused: action.end?.refusals[0],
        process: action.subject.name,
      });
      tell({
        eventId: action.id,
        kind: 'action',
        severity: severityNumbers.high,
        timeMs: action.end?.atMs ?? action.atMs,
        document: JSON.stringify(actionToEcs(action)),
      });
    },
    stoodDown(standDown) {
      const { sinceMs, reason } = standDown;
      log.error('The response stands down until a person arms it again', { why: reason });
      const eventId = hash('sha256', `stand-down\n${sinceMs}\n${reason}`, 'hex').slice(0, 32);
      const document = standDownToEcs(standDown);
      const event = { id: eventId, ...(document['event'] as object) };
      tell({
        eventId,
        kind: 'action',
        severity: severityNumbers.critical,
        timeMs: sinceMs,
        document: JSON.stringify({ ...document, event }),
      });
    },
    isolation(change) {
      const { id, action, outcome, refusals, by, reason, cause, atMs } = change;
      log.warn('Isolation', { action, outcome, refused: refusals[0], by, reason, cause });
      tell({
        eventId: id,
        kind: 'action',
        severity: severityNumbers.critical,
        timeMs: atMs,
        document: JSON.stringify(isolationToEcs(change)),
      });
    },
    failed(what, error) {
      log.error('The response failed', { what, error });
    },
  };
}

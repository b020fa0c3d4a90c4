import { AgentError } from '../errors/index.ts';
import { decodeJson, type ProcessEvent } from '../event/index.ts';
import type { SuggestibleAlert } from './exceptions/index.ts';

/**
 * The alert that an alert document of the wire tells of, as far as it can be read back: its rule and the process
 * start that it is about.
 * @throws AgentError PC_USAGE when the text is no such document
 */
export function readAlertDocument(text: string): SuggestibleAlert {
  const document = parse(text);
  const event = objectOf(document['event']);
  const rule = objectOf(document['rule']);
  const eventIds = objectOf(document['problemchild'])['event_ids'];
  const eventId: unknown = Array.isArray(eventIds) ? eventIds[0] : undefined;
  const { id } = event;
  if (
    event['dataset'] !== 'problemchild.alert' ||
    typeof id !== 'string' ||
    typeof rule['id'] !== 'string' ||
    typeof eventId !== 'string'
  ) {
    throw new AgentError('PC_USAGE', 'this is no alert as replay --output ndjson prints it');
  }
  const source = { ...document, event: { ...event, id: eventId, kind: 'event', type: ['start'] } };
  const decoded = decodeJson(write(source), { source: 'alert', record: 1, offset: 0 }, 'ecs');
  if (decoded.kind !== 'start') throw new AgentError('PC_USAGE', `alert ${id} names no process start`);
  return { id, rule: { id: rule['id'] }, subject: { event: decoded satisfies ProcessEvent } };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    throw new AgentError('PC_USAGE', 'this is no JSON document');
  }
}

/** What was read may be nested deeper than can be written. */
function write(document: object): string {
  try {
    return JSON.stringify(document);
  } catch {
    throw new AgentError('PC_USAGE', 'this is nested too deeply for an alert');
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

import { type HttpReceiver, startHttpReceiver } from './http-receiver.ts';

/**
 * A double of Splunk's HTTP Event Collector, from its documentation: tokens, channels, codes, and acknowledgement.
 * It is no Splunk.
 */
export interface HecDouble extends HttpReceiver {
  readonly events: readonly { readonly event: unknown; readonly [name: string]: unknown }[];
  /** From now on batches are acknowledged. */
  acknowledge(): void;
}

/** Concatenated JSON objects, as the event endpoint takes them. */
function splitObjects(text: string): { objects: unknown[]; badAt: number | undefined } {
  const objects: unknown[] = [];
  let depth = 0;
  let start = -1;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inText) {
      if (character === '\\') at++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{') {
      if (depth === 0) start = at;
      depth++;
    } else if (character === '}') {
      depth--;
      if (depth === 0) {
        try {
          objects.push(JSON.parse(text.slice(start, at + 1)));
        } catch {
          return { objects, badAt: objects.length };
        }
      }
    }
  }
  return depth === 0 ? { objects, badAt: undefined } : { objects, badAt: objects.length };
}

export async function startHecDouble(options: {
  token: string;
  ack?: boolean;
  refuses?: (event: unknown) => boolean;
}): Promise<HecDouble> {
  const events: { event: unknown }[] = [];
  let isAcknowledging = false;
  let nextAck = 0;
  const reply = (status: number, code: number, text: string, more: object = {}) => ({
    status,
    body: JSON.stringify({ text, code, ...more }),
    headers: { 'content-type': 'application/json' },
  });
  const receiver = await startHttpReceiver(({ path, headers, body, method }) => {
    if (method !== 'POST') return reply(405, 404, 'The requested URL was not found on this server.');
    const [scheme, token] = (headers.authorization ?? '').split(' ');
    if (scheme !== 'Splunk' || token === undefined) return reply(401, 2, 'Token is required');
    if (token !== options.token) return reply(403, 4, 'Invalid token');
    const channel = headers['x-splunk-request-channel'];
    if (options.ack === true && !/^[0-9a-f-]{36}$/i.test(String(channel ?? '')))
      return reply(400, 10, 'Data channel is missing');
    if (path.startsWith('/services/collector/ack')) {
      if (options.ack !== true) return reply(400, 14, 'ACK is disabled');
      const { acks } = JSON.parse(body) as { acks: number[] };
      return {
        status: 200,
        body: JSON.stringify({
          acks: Object.fromEntries(acks.map((id) => [id, isAcknowledging && id < nextAck])),
        }),
      };
    }
    if (path !== '/services/collector/event')
      return reply(404, 404, 'The requested URL was not found on this server.');
    if (body === '') return reply(400, 5, 'No data');
    const { objects, badAt } = splitObjects(body);
    const bad =
      badAt ??
      objects.findIndex((object) => options.refuses?.((object as { event?: unknown }).event) === true);
    if (bad >= 0) return reply(400, 6, 'Invalid data format', { 'invalid-event-number': bad });
    const eventless = objects.findIndex((object) => (object as { event?: unknown }).event === undefined);
    if (eventless >= 0)
      return reply(400, 12, 'Event field is required', { 'invalid-event-number': eventless });
    events.push(...(objects as { event: unknown }[]));
    return reply(200, 0, 'Success', options.ack === true ? { ackId: nextAck++ } : {});
  });
  return {
    ...receiver,
    events,
    acknowledge: () => {
      isAcknowledging = true;
    },
  };
}

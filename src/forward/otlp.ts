import { DeliveryFailure, type Destination, type SendResult, sameVerdict } from './destination.ts';
import { compress, type HttpClient, type HttpResponse, peerOf, statusFailure } from './http-client.ts';
import type { AgentFacts } from './notices.ts';
import type { QueuedEntry } from './outbox.ts';

export interface OtlpOptions {
  /** Full URL of the logs endpoint, usually ending in /v1/logs. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly agent: AgentFacts;
}

/** Any value of OTLP; int64 goes as text in its JSON form. */
type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } };
interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** Statuses that the protocol says to retry; others it says not to. */
const retried = new Set([429, 502, 503, 504]);

/** OTLP/HTTP logs in JSON: one log record a document, the document as its structured body. */
export class Otlp implements Destination {
  readonly #options: OtlpOptions;
  readonly #http: HttpClient;
  readonly #prepare: (entry: QueuedEntry) => string;

  constructor(options: OtlpOptions, http: HttpClient, prepare: (entry: QueuedEntry) => string) {
    this.#options = options;
    this.#http = http;
    this.#prepare = prepare;
  }

  async send(entries: readonly QueuedEntry[], signal: AbortSignal): Promise<SendResult> {
    const { url, headers, gzip } = this.#options;
    const text = JSON.stringify(this.#request(entries));
    const response = await this.#http.request({
      method: 'POST',
      url,
      headers: {
        ...headers,
        'content-type': 'application/json',
        ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      },
      body: gzip ? await compress(text) : text,
      signal,
    });
    const peer = peerOf(url);
    if (response.status < 200 || response.status > 299) {
      const failure = statusFailure(response, peer);
      // 400 means that the data is bad; anything else that is not to be retried is a matter of the configuration.
      if (retried.has(response.status) || failure.scope === 'batch') throw failure;
      throw new DeliveryFailure(failure.message, { code: failure.code, peer });
    }
    return readPartialSuccess(response, entries, peer);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #request(entries: readonly QueuedEntry[]): object {
    const { version, hostName, hostId } = this.#options.agent;
    const attributes = [
      ['service.name', 'problemchild-agent'],
      ['service.version', version],
      ['host.name', hostName],
      ['host.id', hostId],
    ].flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: { stringValue: value } }]));
    return {
      resourceLogs: [
        {
          resource: { attributes },
          scopeLogs: [
            {
              scope: { name: 'problemchild', version },
              logRecords: entries.map((entry) => this.#record(entry)),
            },
          ],
        },
      ],
    };
  }

  #record(entry: QueuedEntry): object {
    const timeUnixNano = `${Math.max(0, Math.round(entry.timeMs))}000000`;
    return {
      timeUnixNano,
      observedTimeUnixNano: timeUnixNano,
      ...severityOf(entry),
      eventName: `problemchild.${entry.kind}`,
      body: toAnyValue(JSON.parse(this.#prepare(entry))),
      attributes: [
        { key: 'event.id', value: { stringValue: entry.eventId } },
        { key: 'event.severity', value: { intValue: String(entry.severity) } },
        ...(entry.ruleId ? [{ key: 'rule.id', value: { stringValue: entry.ruleId } }] : []),
      ],
    };
  }
}

/** FATAL for critical, ERROR for high, WARN for medium, INFO below. */
function severityOf({ severity, kind }: QueuedEntry): { severityNumber: number; severityText: string } {
  if (kind !== 'health' && severity >= 99) return { severityNumber: 21, severityText: 'critical' };
  if (kind !== 'health' && severity >= 73) return { severityNumber: 17, severityText: 'high' };
  if (kind !== 'health' && severity >= 47) return { severityNumber: 13, severityText: 'medium' };
  return { severityNumber: 9, severityText: kind === 'health' ? 'info' : 'low' };
}

function toAnyValue(value: unknown): AnyValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } };
      return {
        kvlistValue: {
          values: Object.entries((value ?? {}) as Record<string, unknown>)
            .filter(([, child]) => child !== null)
            .map(([key, child]) => ({ key, value: toAnyValue(child) })),
        },
      };
  }
}

/** A receiver that took only some does not say which; sending all again would double the others. */
function readPartialSuccess(
  { body, quote }: HttpResponse,
  entries: readonly QueuedEntry[],
  peer: string,
): SendResult {
  let rejected = 0;
  let said = '';
  try {
    const { partialSuccess } = JSON.parse(body === '' ? '{}' : body) as {
      partialSuccess?: { rejectedLogRecords?: string | number; errorMessage?: string };
    };
    rejected = Number(partialSuccess?.rejectedLogRecords ?? 0);
    said = quote(String(partialSuccess?.errorMessage ?? ''), 300);
  } catch {
    // A 2xx is a success whatever its body.
  }
  if (rejected > 0 && entries.length > 1) {
    // Smaller pieces show which; a receiver that de-duplicates by event.id is not troubled by the rest.
    const message = `${peer}: ${rejected} of ${entries.length} records were rejected: ${said}`;
    throw new DeliveryFailure(message, { code: 'PARTIAL', scope: 'batch', peer });
  }
  return {
    verdicts: sameVerdict(
      entries,
      rejected > 0 ? { rejected: said || 'rejected by the receiver' } : 'delivered',
    ),
  };
}

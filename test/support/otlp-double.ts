import * as z from 'zod';
import { type HttpReceiver, startHttpReceiver } from './http-receiver.ts';

/**
 * A double of an OTLP/HTTP receiver of logs in JSON, from the protocol's definition: closed messages, int64 as text,
 * one kind of value at a time. It is no collector.
 */
const AnyValue: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ boolValue: z.boolean() }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
    z.strictObject({ doubleValue: z.number() }),
    z.strictObject({ arrayValue: z.strictObject({ values: z.array(AnyValue) }) }),
    z.strictObject({ kvlistValue: z.strictObject({ values: z.array(KeyValue) }) }),
  ]),
);
const KeyValue = z.strictObject({ key: z.string().min(1), value: AnyValue });
const LogRecord = z.strictObject({
  timeUnixNano: z.string().regex(/^\d+$/),
  observedTimeUnixNano: z.string().regex(/^\d+$/),
  severityNumber: z.int().min(0).max(24),
  severityText: z.string(),
  eventName: z.string(),
  body: AnyValue,
  attributes: z.array(KeyValue),
});
const Scope = z.strictObject({ name: z.string(), version: z.string() });
const ExportLogs = z.strictObject({
  resourceLogs: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: z.array(KeyValue) }),
      scopeLogs: z.array(z.strictObject({ scope: Scope, logRecords: z.array(LogRecord) })),
    }),
  ),
});

export interface OtlpDouble extends HttpReceiver {
  readonly records: readonly z.infer<typeof LogRecord>[];
}

export async function startOtlpDouble(
  options: { rejects?: (record: z.infer<typeof LogRecord>) => boolean } = {},
): Promise<OtlpDouble> {
  const records: z.infer<typeof LogRecord>[] = [];
  const receiver = await startHttpReceiver(({ path, headers, body, method }) => {
    if (method !== 'POST' || path !== '/v1/logs') return { status: 404 };
    if (headers['content-type'] !== 'application/json') return { status: 415 };
    const parsed = ExportLogs.safeParse(JSON.parse(body));
    if (!parsed.success)
      return { status: 400, body: JSON.stringify({ code: 3, message: parsed.error.message }) };
    const sent = parsed.data.resourceLogs.flatMap(({ scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) => logRecords),
    );
    const taken = sent.filter((record) => options.rejects?.(record) !== true);
    records.push(...taken);
    const rejected = sent.length - taken.length;
    const partialSuccess =
      rejected === 0 ? {} : { rejectedLogRecords: String(rejected), errorMessage: 'too old' };
    return {
      status: 200,
      body: JSON.stringify({ partialSuccess }),
      headers: { 'content-type': 'application/json' },
    };
  });
  return { ...receiver, records };
}

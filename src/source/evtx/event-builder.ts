import {
  emptyWinEventData,
  type RecordPosition,
  type WinEvent,
  type WinEventData,
} from '../../event/index.ts';
import { u32 } from './bytes.ts';
import { readNumber, readOptionalNumber, readRepeatedText, readText } from './event-fields.ts';
import { fileTimeToIso, fileTimeToMs } from './filetime.ts';
import { CHUNK_SIZE, VALUE_ARRAY, ValueType } from './layout.ts';
import { instanceAt, type RecordContext, readInstanceValues } from './record-context.ts';
import type { EventPlan } from './template-plan.ts';

/**
 * Reads an event by its template's plan: values go straight into their fields. `undefined` when the
 * values do not suit the plan (an array, a fragment where the plan expects text, a payload of another
 * shape); the tree then reads the record.
 */
export function buildEvent(
  plan: EventPlan,
  context: RecordContext,
  position: RecordPosition,
): WinEvent | undefined {
  const data = buildData(plan, context);
  if (data === undefined) return undefined;
  const values = context.systemValues;
  const time = plan.timeCreated.index;
  if (values.typeOf(time) !== ValueType.fileTime || values.sizes[time] !== 8) return undefined;
  const low = u32(values.bytes, values.offsets[time]!);
  const high = u32(values.bytes, values.offsets[time]! + 4);
  return {
    providerName: readRepeatedText(plan.providerName, values, context.providerText),
    eventId: readNumber(plan.eventId, values),
    version: readNumber(plan.version, values),
    level: readNumber(plan.level, values),
    task: readNumber(plan.task, values),
    opcode: readNumber(plan.opcode, values),
    keywords: readText(plan.keywords, values),
    timeCreated: fileTimeToIso(low, high),
    timeCreatedMs: fileTimeToMs(low, high),
    recordId: readNumber(plan.recordId, values),
    computer: readText(plan.computer, values),
    channel: readRepeatedText(plan.channel, values, context.channelText),
    securityUserId: readText(plan.securityUserId, values) || undefined,
    executionPid: readOptionalNumber(plan.executionPid, values),
    executionTid: readOptionalNumber(plan.executionTid, values),
    data,
    position,
  };
}

/** Twice what a record can hold of values that are each used once. */
const MAX_DATA_BYTES = 2 * CHUNK_SIZE;

function buildData(plan: EventPlan, context: RecordContext): WinEventData | undefined {
  const data = emptyWinEventData();
  const system = context.systemValues;
  const index = plan.payloadIndex;
  const type = index < 0 ? ValueType.null : system.typeOf(index);
  if (type === ValueType.null) return data;
  if (type !== ValueType.binaryXml) return undefined;
  const at = system.offsets[index]!;
  const limit = at + system.sizes[index]!;
  const template = instanceAt(context, at, limit);
  if (template?.dataPlan === undefined) return undefined;
  const values = context.dataValues;
  readInstanceValues(context, template, at, limit, values);
  const { names, bindings, texts } = template.dataPlan;
  let bytes = 0;
  for (let i = 0; i < names.length; i++) {
    const binding = bindings[i]!;
    const type = values.typeOf(binding.index);
    if ((type & VALUE_ARRAY) !== 0 || type === ValueType.binaryXml) return undefined;
    // A template can ask for one long value thousands of times; the tree refuses such a record.
    if (binding.index >= 0 && binding.index < values.count) bytes += values.sizes[binding.index]!;
    if (bytes > MAX_DATA_BYTES) return undefined;
    data[names[i]!] = readRepeatedText(binding, values, texts[i]!);
  }
  return data;
}

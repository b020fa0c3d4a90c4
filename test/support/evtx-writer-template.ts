import { createHash } from 'node:crypto';
import type { WrittenEvent } from './evtx-writer.ts';
import { type EvtxValueType, encodeValue, typeCodeOf } from './evtx-writer-values.ts';

/** An element to write: content is text, one substitution, or elements. */
export interface WrittenElement {
  readonly name: string;
  readonly dependency?: number;
  readonly attributes?: readonly (readonly [name: string, value: string | Substitution])[];
  readonly content?: string | Substitution | readonly (WrittenElement | Substitution)[];
}

export interface Substitution {
  readonly index: number;
  readonly type: number;
  readonly optional?: boolean;
}

/** A template under a GUID that its content decides. Equal templates are one object. */
export interface WrittenTemplate {
  readonly root: WrittenElement;
  readonly guid: Buffer;
}

export interface Value {
  readonly type: number;
  readonly bytes: Buffer;
}

export const BINARY_XML = 0x21;
const EVENT_NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';
const PAYLOAD_INDEX = 17;

const templates = new Map<string, WrittenTemplate>();

function intern(key: string, make: () => WrittenElement): WrittenTemplate {
  let template = templates.get(key);
  if (template === undefined) {
    template = { root: make(), guid: createHash('sha256').update(key).digest().subarray(0, 16) };
    templates.set(key, template);
  }
  return template;
}

export function makeValue(text: string, type: EvtxValueType): Value {
  return { type: typeCodeOf(type), bytes: encodeValue(text, type) };
}

/** The wrapper that Windows puts around every payload, with the numbers it gives the substitutions. */
export function eventTemplate({ computer }: WrittenEvent): WrittenTemplate {
  const optional = (index: number, type: EvtxValueType): Substitution => ({
    index,
    type: typeCodeOf(type),
    optional: true,
  });
  const field = (name: string, index: number, type: EvtxValueType): WrittenElement => ({
    name,
    dependency: index,
    content: optional(index, type),
  });
  return intern(`event ${computer}`, () => ({
    name: 'Event',
    dependency: PAYLOAD_INDEX,
    attributes: [['xmlns', EVENT_NAMESPACE]],
    content: [
      {
        name: 'System',
        content: [
          {
            name: 'Provider',
            attributes: [
              ['Name', optional(14, 'string')],
              ['Guid', optional(15, 'guid')],
            ],
          },
          {
            ...field('EventID', 3, 'uint16'),
            attributes: [['Qualifiers', optional(4, 'uint16')]],
          },
          field('Version', 11, 'uint8'),
          field('Level', 0, 'uint8'),
          field('Task', 2, 'uint16'),
          field('Opcode', 1, 'uint8'),
          field('Keywords', 5, 'hexInt64'),
          { name: 'TimeCreated', attributes: [['SystemTime', optional(6, 'fileTime')]] },
          field('EventRecordID', 10, 'uint64'),
          {
            name: 'Correlation',
            attributes: [
              ['ActivityID', optional(7, 'guid')],
              ['RelatedActivityID', optional(13, 'guid')],
            ],
          },
          {
            name: 'Execution',
            attributes: [
              ['ProcessID', optional(8, 'uint32')],
              ['ThreadID', optional(9, 'uint32')],
            ],
          },
          field('Channel', 16, 'string'),
          { name: 'Computer', content: computer },
          { name: 'Security', attributes: [['UserID', optional(12, 'sid')]] },
        ],
      },
      { index: PAYLOAD_INDEX, type: BINARY_XML, optional: true },
    ],
  }));
}

/** Values 0 to 16 of the wrapper; the payload is the last. */
export function systemValues(event: WrittenEvent, id: number): Value[] {
  const nothing = makeValue('', 'null');
  const { providerGuid: guid, securityUserId: sid } = event;
  return [
    makeValue(String(event.level ?? 4), 'uint8'),
    makeValue(String(event.opcode ?? 0), 'uint8'),
    makeValue(String(event.task ?? event.eventId), 'uint16'),
    makeValue(String(event.eventId), 'uint16'),
    nothing,
    makeValue(String(event.keywords ?? 0x8000_0000_0000_0000n), 'hexInt64'),
    makeValue(event.time, 'fileTime'),
    nothing,
    makeValue(String(event.executionPid ?? 2000), 'uint32'),
    makeValue(String(event.executionTid ?? 3000), 'uint32'),
    makeValue(String(id), 'uint64'),
    makeValue(String(event.version), 'uint8'),
    sid === undefined ? nothing : makeValue(sid, 'sid'),
    nothing,
    makeValue(event.provider, 'string'),
    guid === undefined ? nothing : makeValue(guid, 'guid'),
    makeValue(event.channel, 'string'),
  ];
}

/** `EventData` of named and unnamed `Data`, one substitution each. */
export function dataTemplate({ provider, eventId, version, data }: WrittenEvent): WrittenTemplate {
  const names = data.map(([name, , type = 'string']) => `${name}:${type}`);
  return intern(JSON.stringify([provider, eventId, version, names]), () => ({
    name: 'EventData',
    content: data.map(([name, , type = 'string'], index) => ({
      name: 'Data',
      ...(name === '' ? {} : { attributes: [['Name', name] as const] }),
      content: { index, type: typeCodeOf(type) },
    })),
  }));
}

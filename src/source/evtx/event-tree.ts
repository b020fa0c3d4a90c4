import { AgentError } from '../../errors/index.ts';
import {
  emptyWinEventData,
  type RecordPosition,
  type WinEvent,
  type WinEventData,
} from '../../event/index.ts';
import { parseNumber } from './event-fields.ts';
import { localName } from './template-plan.ts';
import type { XmlChild, XmlElement } from './xml-tree.ts';

/**
 * Reads an event from its XML: the general way, for events of any shape.
 *
 * @param writtenMs stands in for an event time that cannot be read.
 */
export function readTreeEvent(
  nodes: readonly XmlChild[],
  position: RecordPosition,
  writtenMs: number,
): WinEvent {
  const event = elements(nodes).find(({ name }) => name === 'Event');
  const system = event && childOf(event, 'System');
  if (event === undefined || system === undefined) {
    throw new AgentError('PC_SOURCE_EVTX_RECORD', 'the record holds no Event with a System part');
  }
  const text = (name: string): string => textOf(childOf(system, name));
  const attribute = (name: string, key: string): string | undefined =>
    attributeOf(childOf(system, name), key);
  const optionalNumber = (value: string | undefined): number | undefined =>
    value === undefined || value === '' ? undefined : parseNumber(value);
  const time = attribute('TimeCreated', 'SystemTime') ?? '';
  return {
    providerName: attribute('Provider', 'Name') ?? '',
    eventId: parseNumber(text('EventID')),
    version: parseNumber(text('Version')),
    level: parseNumber(text('Level')),
    task: parseNumber(text('Task')),
    opcode: parseNumber(text('Opcode')),
    keywords: text('Keywords'),
    ...timeOf(time, writtenMs),
    recordId: parseNumber(text('EventRecordID')),
    computer: text('Computer'),
    channel: text('Channel'),
    securityUserId: attribute('Security', 'UserID') || undefined,
    executionPid: optionalNumber(attribute('Execution', 'ProcessID')),
    executionTid: optionalNumber(attribute('Execution', 'ThreadID')),
    data: dataOf(event),
    position,
  };
}

/** The event's own time, or, where it has none that can be read, the time it was written to the log. */
function timeOf(iso: string, writtenMs: number): Pick<WinEvent, 'timeCreated' | 'timeCreatedMs'> {
  const whole = Date.parse(iso);
  if (Number.isNaN(whole)) {
    return { timeCreated: new Date(Math.floor(writtenMs)).toISOString(), timeCreatedMs: writtenMs };
  }
  // Date drops what is finer than a millisecond.
  const finer = /\.\d{3}(\d{1,4})\d*Z$/.exec(iso)?.[1];
  const fraction = finer === undefined ? 0 : Number(finer) / 10 ** finer.length;
  return { timeCreated: iso, timeCreatedMs: whole + fraction };
}

function dataOf(event: XmlElement): WinEventData {
  const data = emptyWinEventData();
  let unnamed = 0;
  const add = (name: string, value: string): void => {
    if (data[name] === undefined) data[name] = value;
  };
  for (const payload of elements(event.children)) {
    // What a collector rendered is made of the same data.
    if (payload.name === 'System' || payload.name === 'RenderingInfo') continue;
    if (payload.name !== 'EventData') {
      addLeaves(payload, add);
      continue;
    }
    for (const item of elements(payload.children)) {
      if (item.name !== 'Data') addLeaves({ name: '', attributes: [], children: [item] }, add);
      else add(attributeOf(item, 'Name') || `param${++unnamed}`, textOf(item));
    }
  }
  return data;
}

/** Elements without elements of their own, by local name. */
function addLeaves(parent: XmlElement, add: (name: string, value: string) => void): void {
  for (const child of elements(parent.children)) {
    if (elements(child.children).length > 0) addLeaves(child, add);
    else add(localName(child.name), textOf(child));
  }
}

function elements(nodes: readonly XmlChild[]): XmlElement[] {
  return nodes.filter((node): node is XmlElement => typeof node === 'object' && 'children' in node);
}

function childOf(parent: XmlElement, name: string): XmlElement | undefined {
  return elements(parent.children).find((child) => child.name === name);
}

function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes.find((attribute) => attribute.name === name)?.value;
}

/** All character data inside an element, in order. */
function textOf(element: XmlElement | undefined): string {
  let text = '';
  for (const child of element?.children ?? []) {
    if (typeof child === 'string') text += child;
    else if ('children' in child) text += textOf(child);
  }
  return text;
}

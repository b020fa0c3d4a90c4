import type { AttributeNode, ElementNode, XmlNode } from './binary-xml.ts';
import { RepeatedText } from './text.ts';

/** Where a field's value comes from: a substitution, or the template itself. */
export interface Binding {
  /** Substitution index, or -1 for a constant. */
  readonly index: number;
  readonly constant: string;
}

/** How to read an event's System part, and where its payload is, without building a tree. */
export interface EventPlan {
  readonly providerName: Binding;
  readonly eventId: Binding;
  readonly version: Binding;
  readonly level: Binding;
  readonly task: Binding;
  readonly opcode: Binding;
  readonly keywords: Binding;
  readonly timeCreated: Binding;
  readonly recordId: Binding;
  readonly computer: Binding;
  readonly channel: Binding;
  readonly securityUserId: Binding;
  readonly executionPid: Binding;
  readonly executionTid: Binding;
  /** Substitution holding the payload as nested binary XML; -1 when there is no payload at all. */
  readonly payloadIndex: number;
}

/** The payload's names and where their values come from, in the order of the template. */
export interface DataPlan {
  readonly names: readonly string[];
  readonly bindings: readonly Binding[];
  /** What each said last: programs, versions, accounts and folders repeat from record to record. */
  readonly texts: readonly RepeatedText[];
}

const absent: Binding = { index: -1, constant: '' };

const systemFields: Readonly<Record<string, readonly [element: string, attribute: string | undefined]>> = {
  providerName: ['Provider', 'Name'],
  eventId: ['EventID', undefined],
  version: ['Version', undefined],
  level: ['Level', undefined],
  task: ['Task', undefined],
  opcode: ['Opcode', undefined],
  keywords: ['Keywords', undefined],
  timeCreated: ['TimeCreated', 'SystemTime'],
  recordId: ['EventRecordID', undefined],
  computer: ['Computer', undefined],
  channel: ['Channel', undefined],
  securityUserId: ['Security', 'UserID'],
  executionPid: ['Execution', 'ProcessID'],
  executionTid: ['Execution', 'ThreadID'],
};

/**
 * The plan of a template that wraps an event: `<Event><System>…</System>%payload</Event>`.
 * `undefined` for every other shape, which the tree then reads.
 */
export function planEvent(nodes: readonly XmlNode[]): EventPlan | undefined {
  const event = onlyElement(nodes);
  if (event?.name !== 'Event') return undefined;
  const [system, payload, ...more] = event.children;
  if (system?.kind !== 'element' || system.name !== 'System' || more.length > 0) return undefined;
  if (payload !== undefined && payload.kind !== 'substitution') return undefined;
  const parts = new Map<string, ElementNode>();
  for (const part of system.children) {
    if (part.kind !== 'element' || parts.has(part.name)) return undefined;
    parts.set(part.name, part);
  }
  const plan: Record<string, Binding> = {};
  for (const [field, [elementName, attributeName]] of Object.entries(systemFields)) {
    const element = parts.get(elementName);
    const value =
      attributeName === undefined
        ? element?.children
        : element?.attributes.find(({ name }) => name === attributeName)?.value;
    const binding = element === undefined ? absent : bind(value ?? []);
    if (binding === undefined) return undefined;
    // An element that goes by another value than it shows is beyond a plan.
    if (element !== undefined && element.dependency >= 0 && element.dependency !== binding.index)
      return undefined;
    plan[field] = binding;
  }
  return { ...(plan as unknown as EventPlan), payloadIndex: payload?.index ?? -1 };
}

/**
 * The plan of a template that is an `EventData` of elements (`Data`, `Binary`), each one value or text.
 * `undefined` for every other shape, which the tree then reads.
 */
export function planData(nodes: readonly XmlNode[]): DataPlan | undefined {
  const root = onlyElement(nodes);
  if (root?.name !== 'EventData' || root.dependency >= 0) return undefined;
  const names: string[] = [];
  const bindings: Binding[] = [];
  const seen = new Set<string>();
  let unnamed = 0;
  for (const child of root.children) {
    // An element that comes and goes would shift the numbers of unnamed ones behind it.
    if (child.kind !== 'element' || child.dependency >= 0) return undefined;
    const attribute = child.attributes.find(({ name }) => name === 'Name');
    const isUnnamed = child.name === 'Data' && attribute === undefined;
    const name = isUnnamed ? `param${++unnamed}` : nameOf(child, attribute);
    const binding = bind(child.children);
    if (name === undefined || name === '' || binding === undefined) return undefined;
    if (seen.has(name)) continue;
    seen.add(name);
    names.push(name);
    bindings.push(binding);
  }
  return { names, bindings, texts: names.map(() => new RepeatedText()) };
}

function nameOf(element: ElementNode, attribute: AttributeNode | undefined): string | undefined {
  return element.name === 'Data' ? constantOf(attribute?.value ?? []) : localName(element.name);
}

/** A name without its namespace prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function onlyElement(nodes: readonly XmlNode[]): ElementNode | undefined {
  const [node] = nodes;
  return nodes.length === 1 && node?.kind === 'element' ? node : undefined;
}

function bind(nodes: readonly XmlNode[]): Binding | undefined {
  const [node] = nodes;
  if (nodes.length === 1 && node?.kind === 'substitution') return { index: node.index, constant: '' };
  const constant = constantOf(nodes);
  return constant === undefined ? undefined : { index: -1, constant };
}

function constantOf(nodes: readonly XmlNode[]): string | undefined {
  let text = '';
  for (const node of nodes) {
    if (node.kind !== 'text') return undefined;
    text += node.text;
  }
  return text;
}

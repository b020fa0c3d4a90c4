import { AgentError } from '../../errors/index.ts';
import { BinaryXmlParser, type ElementNode, type ParseContext, type XmlNode } from './binary-xml.ts';
import { ValueType } from './layout.ts';
import type { ValueTable } from './value-table.ts';
import { renderArray, renderValue } from './values.ts';

/** An event as XML, substitutions filled in. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: XmlAttribute[];
  readonly children: XmlChild[];
}

export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
}

export type XmlChild = XmlElement | string | XmlInstruction;

export interface XmlInstruction {
  readonly target: string;
  readonly data: string;
}

/** A record holds 64 KiB. These leave room for every real event and stop one that unfolds without end. */
const MAX_NODES = 65_536;
const MAX_TEXT = 4 * 1024 * 1024;
const MAX_NESTED_VALUES = 16;

/** The item of an array that the element being made stands for. */
interface Item {
  readonly index: number;
  readonly text: string;
}

/** Fills substitutions into parsed binary XML. One per record: it carries the record's budget. */
export class TreeBuilder {
  readonly #context: ParseContext;
  #nodes = 0;
  #text = 0;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  /** The top-level nodes of a record. */
  build(nodes: readonly XmlNode[]): XmlChild[] {
    const out: XmlChild[] = [];
    this.#appendAll(nodes, undefined, undefined, out, 0);
    return out;
  }

  #appendAll(
    nodes: readonly XmlNode[],
    values: ValueTable | undefined,
    item: Item | undefined,
    out: XmlChild[],
    depth: number,
  ): void {
    for (const node of nodes) this.#append(node, values, item, out, depth);
  }

  #append(
    node: XmlNode,
    values: ValueTable | undefined,
    item: Item | undefined,
    out: XmlChild[],
    depth: number,
  ): void {
    switch (node.kind) {
      case 'text':
        out.push(this.#spendText(node.text));
        break;
      case 'instruction':
        this.#spendNode();
        out.push({ target: node.target, data: this.#spendText(node.data) });
        break;
      case 'instance':
        this.#nest(depth);
        this.#appendAll(node.template.nodes, node.values, undefined, out, depth + 1);
        break;
      case 'element':
        this.#appendElement(node, values, out, depth);
        break;
      case 'substitution':
        if (values !== undefined) this.#appendValue(node.index, values, item, out, depth);
        break;
    }
  }

  #appendElement(node: ElementNode, values: ValueTable | undefined, out: XmlChild[], depth: number): void {
    if (values === undefined) {
      out.push(this.#makeElement(node, values, undefined, depth));
      return;
    }
    // Windows makes the event itself depend on its payload, yet shows events that have none.
    if (node.dependency >= 0 && node.name !== 'Event' && values.isNull(node.dependency)) return;
    // An array stands for its element once per item; an empty one for one empty element.
    const index = arrayIndexOf(node, values);
    const items = index < 0 ? [] : this.#items(values, index);
    if (items.length === 0) out.push(this.#makeElement(node, values, undefined, depth));
    for (const text of items) out.push(this.#makeElement(node, values, { index, text }, depth));
  }

  #makeElement(
    node: ElementNode,
    values: ValueTable | undefined,
    item: Item | undefined,
    depth: number,
  ): XmlElement {
    this.#spendNode();
    const attributes: XmlAttribute[] = [];
    for (const attribute of node.attributes) {
      const only = attribute.value.length === 1 ? attribute.value[0]! : undefined;
      if (only?.kind === 'substitution' && (values === undefined || values.isNull(only.index))) continue;
      const parts: XmlChild[] = [];
      this.#appendAll(attribute.value, values, item, parts, depth);
      attributes.push({
        name: attribute.name,
        value: parts.filter((part) => typeof part === 'string').join(''),
      });
    }
    const children: XmlChild[] = [];
    this.#appendAll(node.children, values, item, children, depth);
    return { name: node.name, attributes, children };
  }

  #appendValue(
    index: number,
    values: ValueTable,
    item: Item | undefined,
    out: XmlChild[],
    depth: number,
  ): void {
    const type = values.typeOf(index);
    if (type === ValueType.null) return;
    if (values.isArray(index)) {
      const text = item?.index === index ? item.text : this.#items(values, index).join(',');
      if (text !== '') out.push(this.#spendText(text));
      return;
    }
    const at = values.offsets[index]!;
    const size = values.sizes[index]!;
    if (type === ValueType.binaryXml) {
      this.#nest(depth);
      const stretch = {
        at,
        limit: at + size,
        dependencies: false,
        errorCode: 'PC_SOURCE_EVTX_RECORD',
      } as const;
      const nodes = new BinaryXmlParser(this.#context, stretch).parseStream();
      this.#appendAll(nodes, undefined, undefined, out, depth + 1);
      return;
    }
    this.#spendNode();
    const text = renderValue(values.bytes, type, at, size);
    if (text !== '') out.push(this.#spendText(text));
  }

  #items(values: ValueTable, index: number): string[] {
    const size = values.sizes[index]!;
    this.#spend(size);
    return renderArray(values.bytes, values.types[index]!, values.offsets[index]!, size);
  }

  #nest(depth: number): void {
    this.#spendNode();
    if (depth >= MAX_NESTED_VALUES) throw tooLarge(`values nested deeper than ${MAX_NESTED_VALUES}`);
  }

  #spendNode(): void {
    if (++this.#nodes > MAX_NODES) throw tooLarge(`more than ${MAX_NODES} nodes`);
  }

  #spendText(text: string): string {
    this.#spend(text.length);
    return text;
  }

  #spend(size: number): void {
    this.#text += size;
    if (this.#text > MAX_TEXT) throw tooLarge(`more than ${MAX_TEXT} characters`);
  }
}

/** The first array among the substitutions that stand directly in an element, or -1. */
function arrayIndexOf(node: ElementNode, values: ValueTable): number {
  for (const child of node.children) {
    if (child.kind === 'substitution' && values.isArray(child.index)) return child.index;
  }
  return -1;
}

function tooLarge(what: string): AgentError {
  return new AgentError('PC_SOURCE_EVTX_LIMIT', `the record unfolds to ${what}`);
}

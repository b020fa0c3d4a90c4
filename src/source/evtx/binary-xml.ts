import { AgentError, type ErrorCode } from '../../errors/index.ts';
import { u16, u32 } from './bytes.ts';
import { TEMPLATE_HEADER_SIZE, TOKEN_MORE, Token } from './layout.ts';
import type { NameTable } from './name-table.ts';
import { decodeUtf16 } from './text.ts';
import { readValueTable, ValueTable } from './value-table.ts';

/** What binary XML says, with text resolved and substitutions left open. */
export type XmlNode = ElementNode | TextNode | SubstitutionNode | InstanceNode | InstructionNode;

export interface ElementNode {
  readonly kind: 'element';
  readonly name: string;
  /** The element is left out when this substitution is null; -1 for none. */
  readonly dependency: number;
  readonly attributes: readonly AttributeNode[];
  readonly children: readonly XmlNode[];
}

export interface AttributeNode {
  readonly name: string;
  readonly value: readonly XmlNode[];
}

/** Character data, whether the log wrote it as text, CDATA, or character or entity reference. */
interface TextNode {
  readonly kind: 'text';
  readonly text: string;
}

export interface SubstitutionNode {
  readonly kind: 'substitution';
  readonly index: number;
  /** Leaves out the attribute it stands in when its value is null. */
  readonly optional: boolean;
}

/** A template with values of its own. Points into the chunk: outlives neither the chunk nor its record. */
export interface InstanceNode {
  readonly kind: 'instance';
  readonly template: Template;
  readonly values: ValueTable;
}

interface InstructionNode {
  readonly kind: 'instruction';
  readonly target: string;
  readonly data: string;
}

/** A parsed template definition. */
export interface Template {
  /** The first four bytes of its GUID, by which instances name it. */
  readonly id: number;
  readonly nodes: readonly XmlNode[];
  /** Offset of the definition in its chunk. */
  readonly offset: number;
  /** Bytes of the definition with its header. */
  readonly size: number;
}

/** Where a stretch of binary XML refers to a name. */
export interface NameReference {
  /** Offset in the chunk of the reference, a 32-bit offset. */
  readonly at: number;
  readonly name: string;
  /** Whether the name itself stands right behind. */
  readonly isInline: boolean;
}

/** What the parser needs of the chunk it reads in. */
export interface ParseContext {
  readonly bytes: Buffer;
  readonly names: NameTable;
  /** The definition at an offset of the chunk; throws where there is none with that id. */
  template(offset: number, id: number): Template;
}

/** Windows nests a handful of levels; the bound keeps hostile input off the stack. */
const MAX_DEPTH = 64;

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Parses one stretch of binary XML: a record's, a template definition's or a nested value's. */
export class BinaryXmlParser {
  readonly #context: ParseContext;
  readonly #bytes: Buffer;
  readonly #limit: number;
  readonly #errorCode: ErrorCode;
  /** Elements in templates and records carry a dependency identifier, those in nested values do not. */
  readonly #dependencies: boolean;
  #at: number;
  /** Every name read, in the order of the bytes. */
  readonly nameReferences: NameReference[] = [];

  constructor(
    context: ParseContext,
    stretch: { at: number; limit: number; dependencies: boolean; errorCode: ErrorCode },
  ) {
    this.#context = context;
    this.#bytes = context.bytes;
    this.#at = stretch.at;
    this.#limit = stretch.limit;
    this.#dependencies = stretch.dependencies;
    this.#errorCode = stretch.errorCode;
  }

  /** Everything up to the end-of-stream token, or to the end of the stretch where that is missing. */
  parseStream(): XmlNode[] {
    const nodes: XmlNode[] = [];
    while (this.#at < this.#limit) {
      const token = this.#bytes[this.#at]!;
      if (token === Token.endOfStream) break;
      if (token === Token.fragmentHeader) this.#skip(4);
      else nodes.push(this.#readContent(0));
    }
    return nodes;
  }

  #readContent(depth: number): XmlNode {
    const at = this.#at;
    const token = this.#byte();
    switch (token & ~TOKEN_MORE) {
      case Token.openElement:
        return this.#readElement(token, depth);
      case Token.value: {
        const type = this.#byte();
        if (type !== 1) throw this.#damage(`text of type 0x${type.toString(16)}`, at);
        return { kind: 'text', text: this.#readText() };
      }
      case Token.cdata:
        return { kind: 'text', text: this.#readText() };
      case Token.characterReference:
        return { kind: 'text', text: String.fromCharCode(this.#u16()) };
      case Token.entityReference: {
        const name = this.#readName();
        return { kind: 'text', text: Object.hasOwn(entities, name) ? entities[name]! : `&${name};` };
      }
      case Token.substitution:
      case Token.optionalSubstitution: {
        const index = this.#u16();
        this.#skip(1); // the type the template expects; the value table has the one that counts
        return { kind: 'substitution', index, optional: token === Token.optionalSubstitution };
      }
      case Token.piTarget: {
        const target = this.#readName();
        const hasData = this.#at < this.#limit && this.#bytes[this.#at] === Token.piData;
        if (hasData) this.#skip(1);
        return { kind: 'instruction', target, data: hasData ? this.#readText() : '' };
      }
      case Token.templateInstance:
        return this.#readInstance();
      default:
        throw this.#damage(`token 0x${token.toString(16)}`, at);
    }
  }

  #readElement(token: number, depth: number): ElementNode {
    const at = this.#at - 1;
    if (depth >= MAX_DEPTH) throw this.#damage(`elements nested deeper than ${MAX_DEPTH}`, at);
    const dependency = this.#hasDependency() ? this.#u16() : 0xffff;
    this.#skip(4); // size of the element: its tokens say the same
    const name = this.#readName();
    const attributes = (token & TOKEN_MORE) === 0 ? [] : this.#readAttributes();
    const children: XmlNode[] = [];
    const close = this.#byte();
    if (close === Token.closeStart) {
      while (this.#peek() !== Token.endElement) children.push(this.#readContent(depth + 1));
      this.#skip(1);
    } else if (close !== Token.closeEmpty) {
      throw this.#damage(`token 0x${close.toString(16)} at the end of the start tag <${name}>`, this.#at - 1);
    }
    return {
      kind: 'element',
      name,
      dependency: dependency === 0xffff ? -1 : dependency,
      attributes,
      children,
    };
  }

  /**
   * Not every writer keeps to the rule who writes a dependency identifier, so the form that the bytes
   * bear out wins: it has a sound name where it says and a size within the stretch.
   */
  #hasDependency(): boolean {
    if (this.#isElementBody(this.#dependencies ? 2 : 0)) return this.#dependencies;
    return this.#isElementBody(this.#dependencies ? 0 : 2) ? !this.#dependencies : this.#dependencies;
  }

  #isElementBody(skip: number): boolean {
    const at = this.#at + skip;
    if (at + 8 > this.#limit) return false;
    const nameOffset = u32(this.#bytes, at + 4);
    return at + 4 + u32(this.#bytes, at) <= this.#limit && this.#context.names.isName(nameOffset);
  }

  #readAttributes(): AttributeNode[] {
    this.#skip(4); // size of the list: its tokens say the same
    const attributes: AttributeNode[] = [];
    while ((this.#peek() & ~TOKEN_MORE) === Token.attribute) {
      this.#skip(1);
      const name = this.#readName();
      const value: XmlNode[] = [];
      while (isAttributeContent(this.#peek())) value.push(this.#readContent(0));
      attributes.push({ name, value });
    }
    return attributes;
  }

  #readInstance(): InstanceNode {
    const at = this.#at - 1;
    this.#skip(1); // version
    const id = this.#u32();
    const offset = this.#u32();
    const template = this.#context.template(offset, id);
    // A definition stands behind its first use; later uses point back to it.
    if (offset === this.#at) this.#skip(template.size);
    const values = new ValueTable(this.#bytes);
    if (!readValueTable(values, this.#at, this.#limit)) throw this.#damage('values beyond the end', at);
    this.#at = values.end;
    return { kind: 'instance', template, values };
  }

  #readText(): string {
    const size = this.#u16() * 2;
    const at = this.#at;
    this.#skip(size);
    return decodeUtf16(this.#bytes, at, size);
  }

  #readName(): string {
    const offset = this.#u32();
    const name = this.#context.names.read(offset);
    if (name === undefined) throw this.#damage(`a name at offset ${offset}`, this.#at - 4);
    // A name stands behind its first use; later uses point back to it.
    const isInline = offset === this.#at;
    this.nameReferences.push({ at: this.#at - 4, name, isInline });
    if (isInline) this.#skip(this.#context.names.sizeAt(offset));
    return name;
  }

  #peek(): number {
    if (this.#at >= this.#limit) throw this.#damage('the end', this.#at);
    return this.#bytes[this.#at]!;
  }

  #byte(): number {
    const value = this.#peek();
    this.#at++;
    return value;
  }

  #u16(): number {
    const at = this.#at;
    this.#skip(2);
    return u16(this.#bytes, at);
  }

  #u32(): number {
    const at = this.#at;
    this.#skip(4);
    return u32(this.#bytes, at);
  }

  #skip(size: number): void {
    if (this.#at + size > this.#limit) throw this.#damage('the end', this.#at);
    this.#at += size;
  }

  #damage(found: string, at: number): AgentError {
    return new AgentError(this.#errorCode, `binary XML cannot go on with ${found} at chunk offset ${at}`);
  }
}

function isAttributeContent(token: number): boolean {
  switch (token & ~TOKEN_MORE) {
    case Token.value:
    case Token.cdata:
    case Token.characterReference:
    case Token.entityReference:
    case Token.substitution:
    case Token.optionalSubstitution:
      return true;
    default:
      return false;
  }
}

/** Size of the template definition at `offset`, header included, or -1 where none can be. */
export function templateSizeAt(bytes: Buffer, offset: number): number {
  if (offset + TEMPLATE_HEADER_SIZE > bytes.length) return -1;
  const size = TEMPLATE_HEADER_SIZE + u32(bytes, offset + 20);
  return offset + size <= bytes.length ? size : -1;
}

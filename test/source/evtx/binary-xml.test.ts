import { describe, expect, it } from 'vitest';
import type { AgentError } from '../../../src/errors/index.ts';
import { BinaryXmlParser, type ParseContext, type XmlNode } from '../../../src/source/evtx/binary-xml.ts';
import { NameTable } from '../../../src/source/evtx/name-table.ts';
import { readValueTable, ValueTable } from '../../../src/source/evtx/value-table.ts';
import { renderXmlTree } from '../../../src/source/evtx/xml-text.ts';
import { TreeBuilder } from '../../../src/source/evtx/xml-tree.ts';

const SIZE = 65_536;
/** Names stand here, away from the tokens. */
const NAMES_AT = 40_000;

/** A chunk-sized buffer with tokens at 0 and every name they use further on. */
class Assembly implements ParseContext {
  readonly bytes = Buffer.alloc(SIZE);
  readonly names = new NameTable(this.bytes);
  #at = 0;
  #nextName = NAMES_AT;

  template(): never {
    throw new Error('no templates here');
  }

  token(...bytes: number[]): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  u16(value: number): this {
    return this.token(value & 0xff, value >> 8);
  }

  name(text: string): this {
    const at = this.#nextName;
    this.bytes.writeUInt16LE(text.length, at + 6);
    this.bytes.write(text, at + 8, 'utf16le');
    this.#nextName += 8 + text.length * 2 + 2;
    this.#at = this.bytes.writeUInt32LE(at, this.#at);
    return this;
  }

  text(text: string): this {
    this.u16(text.length);
    this.#at += this.bytes.write(text, this.#at, 'utf16le');
    return this;
  }

  /** Start of an element up to its name, with a dependency identifier. */
  open(name: string, token = 0x01): this {
    return this.token(token, 0xff, 0xff, 0, 0, 0, 0).name(name);
  }

  parse(): XmlNode[] {
    const stretch = {
      at: 0,
      limit: this.#at,
      dependencies: true,
      errorCode: 'PC_SOURCE_EVTX_RECORD',
    } as const;
    return new BinaryXmlParser(this, stretch).parseStream();
  }

  render(): string {
    return renderXmlTree(new TreeBuilder(this).build(this.parse()));
  }
}

describe('tokens of binary XML', () => {
  const cases: readonly (readonly [what: string, make: (a: Assembly) => Assembly, xml: string])[] = [
    ['an empty element', (a) => a.open('a').token(0x03), '<a/>'],
    [
      'an element with text',
      (a) => a.open('a').token(0x02, 0x05, 1).text('b<c>&').token(0x04),
      '<a>b&lt;c&gt;&amp;</a>',
    ],
    ['CDATA', (a) => a.open('a').token(0x02, 0x07).text('x & y').token(0x04), '<a>x &amp; y</a>'],
    ['a character reference', (a) => a.open('a').token(0x02, 0x48).u16(0x20ac).token(0x04), '<a>€</a>'],
    ['an entity reference', (a) => a.open('a').token(0x02, 0x09).name('lt').token(0x04), '<a>&lt;</a>'],
    [
      'an unknown entity',
      (a) => a.open('a').token(0x02, 0x09).name('constructor').token(0x04),
      '<a>&amp;constructor;</a>',
    ],
    ['a processing instruction', (a) => a.token(0x0a).name('t').token(0x0b).text('d'), '<?t d?>'],
    [
      'attributes of several parts',
      (a) =>
        a
          .open('a', 0x41)
          .token(0, 0, 0, 0)
          .token(0x46)
          .name('p')
          .token(0x45, 1)
          .text('1')
          .token(0x09)
          .name('quot')
          .token(0x06)
          .name('q')
          .token(0x05, 1)
          .text('2')
          .token(0x03),
      '<a p="1&quot;" q="2"/>',
    ],
    [
      'elements in elements behind a fragment header',
      (a) => a.token(0x0f, 1, 1, 0).open('a').token(0x02).open('b').token(0x03).token(0x04, 0x00),
      '<a>\n  <b/>\n</a>',
    ],
    [
      'an element without dependency identifier',
      (a) => a.token(0x01, 5, 0, 0, 0).name('a').token(0x03),
      '<a/>',
    ],
  ];

  it.each(cases)('%s', (_, make, xml) => {
    expect(make(new Assembly()).render()).toBe(xml);
  });

  const broken: readonly (readonly [what: string, make: (a: Assembly) => Assembly])[] = [
    ['an unknown token', (a) => a.token(0x3f)],
    ['an element that does not end', (a) => a.open('a').token(0x02)],
    ['text beyond the end', (a) => a.open('a').token(0x02, 0x05, 1).u16(0xffff)],
    ['text of another type', (a) => a.open('a').token(0x02, 0x05, 2)],
    ['a name beyond the chunk', (a) => a.token(0x01, 0xff, 0xff, 0, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff)],
    [
      'nesting without end',
      (a) => Array.from({ length: 65 }).reduce<Assembly>((b) => b.open('a').token(0x02), a),
    ],
  ];

  it.each(broken)('%s is refused', (_, make) => {
    expect(codeOf(() => make(new Assembly()).parse())).toBe('PC_SOURCE_EVTX_RECORD');
  });
});

describe('substitution', () => {
  /** One template-like tree over one value. */
  function build(nodes: readonly XmlNode[], type: number, value: Buffer): string {
    const context = new Assembly();
    context.bytes.writeUInt32LE(1, 0);
    context.bytes.writeUInt16LE(value.length, 4);
    context.bytes[6] = type;
    value.copy(context.bytes, 8);
    const values = new ValueTable(context.bytes);
    expect(readValueTable(values, 0, SIZE)).toBe(true);
    const template = { id: 0, offset: 0, size: 0, nodes };
    return renderXmlTree(new TreeBuilder(context).build([{ kind: 'instance', template, values }]));
  }
  const element = (children: readonly XmlNode[], dependency = -1): XmlNode => ({
    kind: 'element',
    name: 'e',
    dependency,
    attributes: [],
    children,
  });
  const hole: XmlNode = { kind: 'substitution', index: 0, optional: true };

  it('leaves out an element that depends on a null', () => {
    expect(build([element([element([], 0)])], 0, Buffer.alloc(0))).toBe('<e/>');
  });

  it('reads a value that is not in the table as null', () => {
    const beyond: XmlNode = { kind: 'substitution', index: 999, optional: false };
    expect(build([element([beyond])], 1, Buffer.from('a', 'utf16le'))).toBe('<e/>');
  });

  it.each([
    [
      'long text used again and again',
      Array.from({ length: 1000 }, () => hole),
      1,
      Buffer.alloc(60_000, 'a'),
    ],
    [
      'an array used again and again',
      Array.from({ length: 1000 }, () => element([hole])),
      0x84,
      Buffer.alloc(60_000),
    ],
  ])('%s ends at a limit', (_, nodes, type, value) => {
    expect(codeOf(() => build([element(nodes)], type, value))).toBe('PC_SOURCE_EVTX_LIMIT');
  });

  it('refuses values that reach beyond the end', () => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32LE(1, 0);
    bytes.writeUInt16LE(57, 4);
    expect(readValueTable(new ValueTable(bytes), 0, 64)).toBe(false);
    bytes.writeUInt32LE(0xffff_ffff, 0);
    expect(readValueTable(new ValueTable(bytes), 0, 64)).toBe(false);
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    return (error as AgentError).code;
  }
}

import type { NameReference, XmlNode } from './binary-xml.ts';
import { u32 } from './bytes.ts';
import type { NameTable } from './name-table.ts';
import type { DataPlan, EventPlan } from './template-plan.ts';

/** What a definition comes to wherever it stands. */
export interface CompiledTemplate {
  readonly id: number;
  readonly nodes: readonly XmlNode[];
  readonly eventPlan: EventPlan | undefined;
  readonly dataPlan: DataPlan | undefined;
}

interface Memo {
  /** The definition with its header, as it stood when compiled. */
  readonly bytes: Buffer;
  readonly references: readonly NameReference[];
  readonly compiled: CompiledTemplate;
}

/** A log has some dozens of templates, of a few layouts each. Past the bounds definitions are compiled anew. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_LAYOUTS = 8;
/** A link to the next name of its hash bucket, which stands before every name. */
const NAME_LINK_SIZE = 4;
/** Link to the next definition, which stands before every one. */
const TEMPLATE_LINK_SIZE = 4;

/**
 * Compiled templates across chunks. The same definition stands in every chunk that uses it, byte for
 * byte except for where its names stand: in it, or with an earlier use elsewhere in the chunk. A match
 * compares all its bytes and names, so a GUID used twice for different things costs nothing but time.
 */
export class TemplateMemos {
  readonly #byKey = new Map<string, Memo[]>();
  #bytes = 0;

  /** What the definition at `offset` of a chunk was compiled to before, if it was. */
  find(chunk: Buffer, names: NameTable, offset: number, size: number): CompiledTemplate | undefined {
    const memos = this.#byKey.get(keyOf(chunk, offset, size));
    return memos?.find((memo) => matches(memo, chunk, names, offset))?.compiled;
  }

  add(
    chunk: Buffer,
    offset: number,
    size: number,
    references: readonly NameReference[],
    compiled: CompiledTemplate,
  ): void {
    const key = keyOf(chunk, offset, size);
    const memos = this.#byKey.get(key) ?? [];
    if (memos.length >= MAX_LAYOUTS || this.#bytes + size > MAX_BYTES) return;
    this.#bytes += size;
    const bytes = Buffer.from(chunk.subarray(offset, offset + size));
    memos.push({ bytes, references: references.map((r) => ({ ...r, at: r.at - offset })), compiled });
    this.#byKey.set(key, memos);
  }
}

function keyOf(chunk: Buffer, offset: number, size: number): string {
  return `${u32(chunk, offset + 4)}:${size}`;
}

function matches(memo: Memo, chunk: Buffer, names: NameTable, offset: number): boolean {
  let at = TEMPLATE_LINK_SIZE;
  for (const { at: referenceAt, name, isInline } of memo.references) {
    if (!areEqual(memo.bytes, chunk, offset, at, referenceAt)) return false;
    const nameOffset = u32(chunk, offset + referenceAt);
    at = referenceAt + 4;
    if ((nameOffset === offset + at) !== isInline) return false;
    if (isInline) at += NAME_LINK_SIZE;
    else if (names.read(nameOffset) !== name) return false;
  }
  return areEqual(memo.bytes, chunk, offset, at, memo.bytes.length);
}

function areEqual(memo: Buffer, chunk: Buffer, offset: number, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (memo[i] !== chunk[offset + i]) return false;
  return true;
}

/** Whether nodes can outlive the chunk they were parsed in. */
export function areLasting(nodes: readonly XmlNode[]): boolean {
  return nodes.every((node) => {
    if (node.kind === 'instance') return false;
    return node.kind !== 'element' || areLasting(node.children);
  });
}

import { AgentError } from '../../errors/index.ts';
import { BinaryXmlParser, type ParseContext, type Template, templateSizeAt } from './binary-xml.ts';
import { u32 } from './bytes.ts';
import { CHUNK_SIZE, TEMPLATE_HEADER_SIZE } from './layout.ts';
import { areLasting, type CompiledTemplate, TemplateMemos } from './template-memo.ts';
import { planData, planEvent } from './template-plan.ts';

/** A template with the plans to read an event or a payload by it; `undefined` where the tree must. */
export interface PlannedTemplate extends Template, CompiledTemplate {}

/** Behind the link to the next definition. */
const GUID_OFFSET = 4;

/** Definitions in a chunk cannot overlap, so a sound chunk never needs more; a hostile one gets no more. */
const PARSE_BUDGET_BYTES = 2 * CHUNK_SIZE;

/** The template definitions of the current chunk, each parsed once. */
export class TemplateStore {
  readonly #context: ParseContext;
  readonly #byOffset = new Map<number, PlannedTemplate | AgentError>();
  readonly #memos = new TemplateMemos();
  readonly #parsing = new Set<number>();
  #parsedBytes = 0;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  /** Forgets offsets: the bytes now hold another chunk. */
  reset(): void {
    this.#byOffset.clear();
    this.#parsedBytes = 0;
  }

  /**
   * The definition at an offset of the chunk. In a chunk that mixes old and new pages, another than the
   * instance means can stand there: its values would come out under wrong names.
   */
  at(offset: number, id: number): PlannedTemplate {
    let entry = this.#byOffset.get(offset);
    if (entry === undefined) {
      // A definition that contains itself must not go round.
      if (this.#parsing.has(offset)) throw damage(offset, 'contains itself');
      this.#parsing.add(offset);
      entry = this.#parse(offset);
      this.#parsing.delete(offset);
      this.#byOffset.set(offset, entry);
    }
    if (entry instanceof AgentError) throw entry;
    if (entry.id !== id) throw damage(offset, 'is of another template than the record says');
    return entry;
  }

  #parse(offset: number): PlannedTemplate | AgentError {
    const size = templateSizeAt(this.#context.bytes, offset);
    if (size < 0) return damage(offset, 'does not fit in the chunk');
    this.#parsedBytes += size;
    if (this.#parsedBytes > PARSE_BUDGET_BYTES) {
      return new AgentError(
        'PC_SOURCE_EVTX_LIMIT',
        'the chunk has more template definitions than it has room for',
      );
    }
    const { bytes, names } = this.#context;
    const known = this.#memos.find(bytes, names, offset, size);
    if (known !== undefined) return { ...known, offset, size };
    const stretch = {
      at: offset + TEMPLATE_HEADER_SIZE,
      limit: offset + size,
      dependencies: true,
      errorCode: 'PC_SOURCE_EVTX_TEMPLATE',
    } as const;
    try {
      const parser = new BinaryXmlParser(this.#context, stretch);
      const nodes = parser.parseStream();
      const id = u32(bytes, offset + GUID_OFFSET);
      const compiled = { id, nodes, eventPlan: planEvent(nodes), dataPlan: planData(nodes) };
      if (areLasting(nodes)) this.#memos.add(bytes, offset, size, parser.nameReferences, compiled);
      return { ...compiled, offset, size };
    } catch (error) {
      if (error instanceof AgentError) return error;
      throw error;
    }
  }
}

function damage(offset: number, what: string): AgentError {
  return new AgentError(
    'PC_SOURCE_EVTX_TEMPLATE',
    `the template definition at chunk offset ${offset} ${what}`,
  );
}

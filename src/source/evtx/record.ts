import type { RecordPosition, WinEvent } from '../../event/index.ts';
import { BinaryXmlParser } from './binary-xml.ts';
import { u32, u64 } from './bytes.ts';
import { buildEvent } from './event-builder.ts';
import { readNumber, readRepeatedText } from './event-fields.ts';
import { readTreeEvent } from './event-tree.ts';
import { fileTimeToMs } from './filetime.ts';
import { RECORD_HEADER_SIZE, RECORD_TRAILER_SIZE } from './layout.ts';
import { instanceAt, type RecordContext, readInstanceValues } from './record-context.ts';
import type { EventPlan } from './template-plan.ts';
import { renderXmlTree } from './xml-text.ts';
import { TreeBuilder, type XmlChild } from './xml-tree.ts';

/**
 * One record. Good until the reader moves to the next chunk.
 *
 * Looking at {@link providerName} and {@link eventId} costs little: nothing but these is rendered.
 * Everything past the header throws an AgentError (PC_SOURCE_EVTX_…) when the record is damaged.
 */
export class EvtxRecord {
  readonly #context: RecordContext;
  readonly #at: number;
  /** Bytes of the record with header and trailer. */
  readonly size: number;

  constructor(context: RecordContext, at: number, size: number) {
    this.#context = context;
    this.#at = at;
    this.size = size;
  }

  /** Record id of the header, unique in the file. */
  get id(): number {
    return u64(this.#context.bytes, this.#at + 8);
  }

  /** Byte offset in the file. */
  get offset(): number {
    return this.#context.fileOffset + this.#at;
  }

  /** When the log wrote it, ms since the epoch; see the event's own time for when it happened. */
  get writtenMs(): number {
    return fileTimeToMs(u32(this.#context.bytes, this.#at + 16), u32(this.#context.bytes, this.#at + 20));
  }

  get providerName(): string {
    const plan = this.#open();
    if (plan === undefined) return this.#treeEvent().providerName;
    return readRepeatedText(plan.providerName, this.#context.systemValues, this.#context.providerText);
  }

  get eventId(): number {
    const plan = this.#open();
    if (plan === undefined) return this.#treeEvent().eventId;
    return readNumber(plan.eventId, this.#context.systemValues);
  }

  /** Renders the record. */
  event(): WinEvent {
    const plan = this.#open();
    if (plan !== undefined) {
      const event = buildEvent(plan, this.#context, this.position());
      if (event !== undefined) return event;
    }
    return this.#treeEvent();
  }

  /** The record as {@link event} gives it, read the long way round; the two must agree. */
  eventFromTree(): WinEvent {
    return this.#treeEvent();
  }

  /** The whole record as XML. */
  toXml(): string {
    return renderXmlTree(this.#tree());
  }

  /** Where the record can be found again. */
  position(): RecordPosition {
    return { source: this.#context.source, record: this.id, offset: this.offset };
  }

  #treeEvent(): WinEvent {
    return readTreeEvent(this.#tree(), this.position(), this.writtenMs);
  }

  #tree(): XmlChild[] {
    const stretch = {
      at: this.#at + RECORD_HEADER_SIZE,
      limit: this.#limit,
      dependencies: true,
      errorCode: 'PC_SOURCE_EVTX_RECORD',
    } as const;
    return new TreeBuilder(this.#context).build(new BinaryXmlParser(this.#context, stretch).parseStream());
  }

  get #limit(): number {
    return this.#at + this.size - RECORD_TRAILER_SIZE;
  }

  /** Reads the values of the record's template; `undefined` when there is no plan for it. */
  #open(): EventPlan | undefined {
    const context = this.#context;
    const template = instanceAt(context, this.#at + RECORD_HEADER_SIZE, this.#limit);
    const plan = template?.eventPlan;
    if (plan === undefined || context.openedAt === this.#at) return plan;
    context.openedAt = -1;
    readInstanceValues(context, template!, this.#at + RECORD_HEADER_SIZE, this.#limit, context.systemValues);
    context.openedAt = this.#at;
    return plan;
  }
}

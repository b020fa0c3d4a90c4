import { AgentError } from '../../errors/index.ts';
import type { ParseContext } from './binary-xml.ts';
import { u32 } from './bytes.ts';
import { Token } from './layout.ts';
import type { PlannedTemplate } from './template-store.ts';
import type { RepeatedText } from './text.ts';
import { readValueTable, type ValueTable } from './value-table.ts';

/** The chunk a record lies in, with room to work in that all its records share. */
export interface RecordContext extends ParseContext {
  template(offset: number, id: number): PlannedTemplate;
  readonly source: string;
  /** Offset of the chunk in the file. */
  readonly fileOffset: number;
  readonly systemValues: ValueTable;
  readonly dataValues: ValueTable;
  readonly providerText: RepeatedText;
  readonly channelText: RepeatedText;
  /** Offset of the record whose values {@link systemValues} holds; -1 for none. */
  openedAt: number;
}

/** Instance token, version, template id, definition offset. */
const INSTANCE_SIZE = 10;
const FRAGMENT_HEADER_SIZE = 4;

/** The template of a stretch that is exactly one template instance; `undefined` for any other. */
export function instanceAt(context: RecordContext, at: number, limit: number): PlannedTemplate | undefined {
  const bytes = context.bytes;
  const token = tokenAfterHeader(bytes, at);
  if (token + INSTANCE_SIZE > limit || bytes[token] !== Token.templateInstance) return undefined;
  return context.template(u32(bytes, token + 6), u32(bytes, token + 2));
}

/** Reads the values of the instance that {@link instanceAt} found. */
export function readInstanceValues(
  context: RecordContext,
  template: PlannedTemplate,
  at: number,
  limit: number,
  table: ValueTable,
): void {
  const behind = tokenAfterHeader(context.bytes, at) + INSTANCE_SIZE;
  // A definition stands behind its first use; later uses point back to it.
  if (!readValueTable(table, template.offset === behind ? behind + template.size : behind, limit)) {
    throw new AgentError('PC_SOURCE_EVTX_RECORD', 'the values of the record reach beyond its end');
  }
}

/** A record begins with a fragment header, a nested payload may. */
function tokenAfterHeader(bytes: Buffer, at: number): number {
  return bytes[at] === Token.fragmentHeader ? at + FRAGMENT_HEADER_SIZE : at;
}

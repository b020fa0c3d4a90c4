import { AgentError } from '../../errors/index.ts';
import type { ParseContext } from './binary-xml.ts';
import { u32 } from './bytes.ts';
import { Token } from './layout.ts';
import type { PlannedTemplate } from './template-store.ts';
import { readValueTable, type ValueTable } from './value-table.ts';

/** The chunk a record lies in, with room to work in that all its records share. */
export interface RecordContext extends ParseContext {
  template(offset: number, id: number): PlannedTemplate;
  readonly source: string;
  /** Offset of the chunk in the file. */
  readonly fileOffset: number;
  readonly systemValues: ValueTable;
  readonly dataValues: ValueTable;
  /** Offset of the record whose values {@link systemValues} holds; -1 for none. */
  openedAt: number;
}

/** Fragment header, instance token, version, template id, definition offset. */
const INSTANCE_SIZE = 14;

/** The template of a stretch that is exactly one template instance; `undefined` for any other. */
export function instanceAt(context: RecordContext, at: number, limit: number): PlannedTemplate | undefined {
  const bytes = context.bytes;
  if (at + INSTANCE_SIZE > limit || bytes[at] !== Token.fragmentHeader) return undefined;
  if (bytes[at + 4] !== Token.templateInstance) return undefined;
  return context.template(u32(bytes, at + 10), u32(bytes, at + 6));
}

/** Reads the values of the instance that {@link instanceAt} found. */
export function readInstanceValues(
  context: RecordContext,
  template: PlannedTemplate,
  at: number,
  limit: number,
  table: ValueTable,
): void {
  // A definition stands behind its first use; later uses point back to it.
  const isInline = u32(context.bytes, at + 10) === at + INSTANCE_SIZE;
  if (!readValueTable(table, at + INSTANCE_SIZE + (isInline ? template.size : 0), limit)) {
    throw new AgentError('PC_SOURCE_EVTX_RECORD', 'the values of the record reach beyond its end');
  }
}

export type { ProcessRow, TableChanges } from './process-row.ts';
export { ProcessTable, type ProcessTableOptions } from './process-table.ts';
export type { Ancestor, KnownProcess, TracedEvent } from './traced-event.ts';

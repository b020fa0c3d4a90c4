import type { Provider } from '../event/index.ts';
import { ProcessNode } from './process-node.ts';

/** One process of the table as plain values, so that it can be stored and put back. */
export interface ProcessRow {
  readonly entityId: string;
  readonly aliases: readonly string[];
  readonly hostKey: string;
  readonly pid: number | undefined;
  readonly startMs: number;
  readonly isSeen: boolean;
  readonly hasOwnId: boolean;
  readonly rank: number;
  /** Only where it is so. */
  readonly isUnconfirmed?: true;
  readonly endMs: number | undefined;
  readonly name: string | undefined;
  readonly executable: string | undefined;
  readonly commandLine: string | undefined;
  readonly providers: readonly Provider[];
  readonly parentId: string | undefined;
  readonly isParentCertain: boolean;
  readonly statedParent: string | undefined;
  readonly activity: number;
}

/** What became of a table's processes since it was last asked. Remove first, then write the rows. */
export interface TableChanges {
  readonly removed: readonly string[];
  readonly rows: readonly ProcessRow[];
}

export function toRow(node: ProcessNode): ProcessRow {
  return {
    entityId: node.entityId,
    aliases: node.aliases,
    hostKey: node.hostKey,
    pid: node.pid,
    startMs: node.startMs,
    isSeen: node.isSeen,
    hasOwnId: node.hasOwnId,
    rank: node.rank,
    endMs: node.endMs,
    name: node.name,
    executable: node.executable,
    commandLine: node.commandLine,
    providers: node.providers,
    parentId: node.parent?.entityId,
    isParentCertain: node.isParentCertain,
    statedParent: node.statedParent,
    activity: node.activity,
    ...(node.isUnconfirmed ? { isUnconfirmed: true } : {}),
  };
}

/** The node of a row, not yet linked to any other. */
export function toNode(row: ProcessRow): ProcessNode {
  const node = new ProcessNode({ ...row, isUnconfirmed: row.isUnconfirmed === true }, row, row.providers);
  node.aliases = row.aliases;
  node.endMs = row.endMs;
  node.isParentCertain = row.isParentCertain;
  node.statedParent = row.statedParent;
  node.activity = row.activity;
  node.isStored = true;
  return node;
}

import type { ParentProcess, ProcessEvent } from '../event/index.ts';
import type { ProcessForest } from './process-forest.ts';
import type { ProcessNode } from './process-node.ts';
import type { Ancestor, TracedEvent } from './traced-event.ts';

/** The event with what the table knows of its process and parent, which is nothing without a node. */
export function traceEvent(
  event: ProcessEvent,
  node: ProcessNode | undefined,
  forest: ProcessForest,
): TracedEvent {
  const parent = node?.parent;
  // What may be forged of an ancestor decides about the start as well.
  const isConfirmed = event.isUnconfirmed !== true && (parent === undefined || forest.isConfirmed(parent));
  return {
    event: node === undefined ? event : confirm(withLineage(event, node, parent), isConfirmed),
    untraced: event,
    ancestors: parent === undefined ? statedAncestors(event, node, forest) : forest.lineageOf(parent),
  };
}

function confirm(event: ProcessEvent, isConfirmed: boolean): ProcessEvent {
  return isConfirmed ? event : { ...event, isUnconfirmed: true };
}

function withLineage(event: ProcessEvent, node: ProcessNode, parent: ProcessNode | undefined): ProcessEvent {
  const { process } = event;
  return {
    kind: 'start',
    id: event.id,
    timeMs: event.timeMs,
    timestamp: event.timestamp,
    action: event.action,
    provider: event.provider,
    position: event.position,
    host: event.host,
    user: event.user,
    process: {
      pid: process.pid,
      entityId: node.entityId,
      name: share(process.name, node.name),
      executable: share(process.executable, node.executable),
      commandLine: share(process.commandLine, node.commandLine),
      args: process.args,
      startMs: process.startMs,
      workingDirectory: process.workingDirectory,
      originalFileName: process.originalFileName,
      pe: process.pe,
      hash: process.hash,
      signature: process.signature,
      token: process.token,
      logonId: process.logonId,
      parent: parent === undefined ? process.parent : withParent(process.parent, parent),
    },
  };
}

/** A text of the event, as the table's copy where that is the same: who keeps the event then keeps no copy of its own. */
function share(own: string | undefined, known: string | undefined): string | undefined {
  return own === known ? known : own;
}

/** What the record says stands; the table fills in the rest. */
function withParent(stated: ParentProcess, parent: ProcessNode): ParentProcess {
  return {
    pid: stated.pid ?? parent.pid,
    entityId: parent.entityId,
    name: share(stated.name, parent.name) ?? parent.name,
    executable: share(stated.executable, parent.executable) ?? parent.executable,
    commandLine: share(stated.commandLine, parent.commandLine) ?? parent.commandLine,
    startMs: stated.startMs ?? (parent.isSeen ? parent.startMs : undefined),
  };
}

/** A parent that the table has no process for, as the record has it, unless that is the process itself. */
function statedAncestors(
  { process }: ProcessEvent,
  node: ProcessNode | undefined,
  forest: ProcessForest,
): readonly Ancestor[] {
  const { pid, entityId, name, executable, commandLine, startMs } = process.parent;
  if (pid === undefined && name === undefined && executable === undefined) return [];
  const isSelf =
    entityId !== undefined &&
    (entityId === process.entityId || (node !== undefined && forest.get(entityId) === node));
  return isSelf ? [] : [{ entityId, pid, name, executable, commandLine, startMs }];
}

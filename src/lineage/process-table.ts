import type { HostEvent, Process, ProcessEvent, ProcessRunning } from '../event/index.ts';
import { memoize } from '../text/index.ts';
import { ProcessForest } from './process-forest.ts';
import { mayBeSameName, type ProcessNode } from './process-node.ts';
import type { ProcessRow, TableChanges } from './process-row.ts';
import { claimEarlyChildren, resolveParent, resolveProcess } from './start-resolution.ts';
import { traceEvent } from './trace.ts';
import type { Ancestor, KnownProcess, TracedEvent } from './traced-event.ts';

export interface ProcessTableOptions {
  /** Most processes kept. */
  readonly maxProcesses?: number;
  /** Most ancestors handed out with an event. */
  readonly maxAncestors?: number;
  /** How late a record may arrive, or two providers differ over a start, in ms. */
  readonly toleranceMs?: number;
}

const defaultMaxProcesses = 50_000;
const defaultMaxAncestors = 8;
const defaultToleranceMs = 2000;

/**
 * Who started whom, learnt from events in the order they arrive. The same events in the same order give
 * the same table whatever batches they come in; `takeChanges` and `restore` carry it over a restart.
 *
 * A process is told by the entity id of its source, else by host, pid and start. Its parent is the
 * process of that id, or the one that had the parent's pid when it started; never one that started later.
 */
export class ProcessTable {
  readonly #forest: ProcessForest;
  readonly #toleranceMs: number;

  constructor(options: ProcessTableOptions = {}) {
    const maxAncestors = options.maxAncestors ?? defaultMaxAncestors;
    // One event mentions a process and its ancestors: these must never push each other out.
    const maxProcesses = Math.max(options.maxProcesses ?? defaultMaxProcesses, 4 * (maxAncestors + 2));
    this.#forest = new ProcessForest(maxProcesses, maxAncestors);
    this.#toleranceMs = options.toleranceMs ?? defaultToleranceMs;
  }

  /** Processes in the table. */
  get size(): number {
    return this.#forest.size;
  }

  /** Takes up an event. Answers every process start with its place in the tree, and nothing for others. */
  observe(event: HostEvent): TracedEvent | undefined {
    if (event.kind === 'start') return this.#observeStart(event);
    // An event without a time has no place in the order that all of this rests on.
    if (event.timestamp === undefined) return undefined;
    if (event.kind === 'running') {
      this.#register(event, event.process);
      this.#forest.shrink();
      return undefined;
    }
    const node = this.#find(event);
    if (node === undefined) return undefined;
    // Whoever may write a process' end must not take the parent from its children.
    if (event.kind === 'end' && (event.isUnconfirmed !== true || node.isUnconfirmed)) {
      this.#forest.end(node, event.timeMs);
    } else this.#forest.touch(node);
    return undefined;
  }

  get(entityId: string): KnownProcess | undefined {
    const node = this.#forest.get(entityId);
    return node === undefined ? undefined : toKnownProcess(node);
  }

  /** The process of an event that is about one, by its entity id. */
  identify(event: HostEvent): string | undefined {
    return this.#find(event)?.entityId;
  }

  /** In the order they started. */
  children(entityId: string): readonly KnownProcess[] {
    const node = this.#forest.get(entityId);
    if (node === undefined) return [];
    return [...node.children()].sort((a, b) => (a.precedes(b) ? -1 : 1)).map(toKnownProcess);
  }

  /** Nearest first, up to the table's limit. */
  ancestors(entityId: string): readonly Ancestor[] {
    const parent = this.#forest.get(entityId)?.parent;
    return parent === undefined ? [] : this.#forest.lineageOf(parent);
  }

  /** What changed since this was last asked, for a store to keep. */
  takeChanges(): TableChanges {
    return this.#forest.takeChanges();
  }

  /** Nothing of it is stored any more: the next changes are all processes. */
  forgetStored(): void {
    this.#forest.forgetStored();
  }

  /** Puts back into an empty table what a store kept of another with the same options. */
  restore(rows: Iterable<ProcessRow>): void {
    this.#forest.restore(rows);
  }

  #observeStart(event: ProcessEvent): TracedEvent {
    const node = event.timestamp === undefined ? undefined : this.#register(event, event.process);
    const traced = traceEvent(event, node, this.#forest);
    this.#forest.shrink();
    return traced;
  }

  #register(event: ProcessEvent | ProcessRunning, process: Process): ProcessNode | undefined {
    const isUnconfirmed = event.isUnconfirmed === true;
    const node = resolveProcess(
      this.#forest,
      {
        hostKey: hostKeyOf(event),
        pid: process.pid,
        ownId: process.entityId,
        startMs: process.startMs ?? event.timeMs,
        isUnconfirmed,
        event: { provider: event.provider, process },
      },
      this.#toleranceMs,
    );
    if (node === undefined || (isUnconfirmed && !node.isUnconfirmed)) return node;
    claimEarlyChildren(this.#forest, node, this.#toleranceMs);
    resolveParent(this.#forest, node, process.parent, this.#toleranceMs);
    this.#forest.touch(node);
    return node;
  }

  /** The process an event names, by id, or by pid at its time. */
  #find(event: HostEvent): ProcessNode | undefined {
    const { pid, entityId } = event.kind === 'start' ? event.process : event;
    const executable = event.kind === 'start' ? event.process.executable : event.executable;
    const hostKey = hostKeyOf(event);
    if (entityId !== undefined) {
      const node = this.#forest.get(entityId);
      return node?.hostKey === hostKey ? node : undefined;
    }
    if (pid === undefined) return undefined;
    for (let at = this.#forest.latest(hostKey, pid); at !== undefined; at = at.older) {
      if (at.startMs > event.timeMs) continue;
      return mayBeSameName(at.executable, executable) ? at : undefined;
    }
    return undefined;
  }
}

const lowerCaseOf = memoize((name) => name.toLowerCase(), 4_096);

function hostKeyOf({ host }: HostEvent): string {
  return host.id ?? (host.name === undefined ? '' : lowerCaseOf(host.name));
}

function toKnownProcess(node: ProcessNode): KnownProcess {
  const { entityId, pid, name, executable, commandLine, endMs, isSeen } = node;
  return {
    entityId,
    pid,
    name,
    executable,
    commandLine,
    startMs: isSeen ? node.startMs : undefined,
    endMs,
    parentEntityId: node.parent?.entityId,
  };
}

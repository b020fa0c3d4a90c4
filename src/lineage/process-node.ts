import type { Provider } from '../event/index.ts';
import type { Ancestor } from './traced-event.ts';

/** What is known of a process from whoever spoke of it. */
export interface ProcessFacts {
  readonly name: string | undefined;
  readonly executable: string | undefined;
  readonly commandLine: string | undefined;
}

interface NodeIdentity {
  readonly entityId: string;
  readonly hostKey: string;
  readonly pid: number | undefined;
  readonly startMs: number;
  readonly isSeen: boolean;
  readonly hasOwnId: boolean;
  readonly rank: number;
  readonly isUnconfirmed: boolean;
}

// Most processes have one id: they share this, which nobody writes to.
const noAliases: readonly string[] = [];

/**
 * One process in the table. Processes are ordered by start and, where starts are equal, by `rank`; a
 * parent always comes before its child in that order, so parents can form no circle.
 */
export class ProcessNode {
  entityId: string;
  readonly hostKey: string;
  readonly pid: number | undefined;
  /** When it started; for one whose start was not seen, the earliest start among its children. */
  startMs: number;
  /** Whether its start was seen, rather than only a child that names it. */
  isSeen: boolean;
  /** Whether a source gave it an entity id. */
  hasOwnId: boolean;
  /** No two processes have the same. */
  rank: number;
  /** What told of it may be forged: whoever is sure of it has the say. */
  isUnconfirmed: boolean;
  endMs: number | undefined;
  name: string | undefined;
  executable: string | undefined;
  commandLine: string | undefined;
  /** Who has reported its start. */
  providers: readonly Provider[];
  /** Further ids it goes by. */
  aliases: readonly string[];
  parent: ProcessNode | undefined;
  /** Whether the source named the parent by id, so that no other can take its place. */
  isParentCertain = false;
  /** Base name of the parent as the record of the start has it. */
  statedParent: string | undefined;
  // Children are linked through themselves, from the one linked last: a set in each parent takes more memory and time.
  #latestChild: ProcessNode | undefined;
  #laterSibling: ProcessNode | undefined;
  #earlierSibling: ProcessNode | undefined;
  /** The process of the same host and pid before this one. */
  older: ProcessNode | undefined;
  /** Place in the order of last mentions. */
  activity = 0;
  /** Whether the node has been handed out for storing. */
  isStored = false;
  /** Neighbours in the list of recency. */
  previous: ProcessNode | undefined;
  next: ProcessNode | undefined;
  /** The node as handed out, until something about it changes. */
  ancestor: Ancestor | undefined;
  /** The node and its ancestors as handed out, good for one version of the table. */
  lineage: readonly Ancestor[] | undefined;
  lineageVersion = -1;

  constructor(identity: NodeIdentity, facts: ProcessFacts, providers: readonly Provider[]) {
    this.entityId = identity.entityId;
    this.hostKey = identity.hostKey;
    this.pid = identity.pid;
    this.startMs = identity.startMs;
    this.isSeen = identity.isSeen;
    this.hasOwnId = identity.hasOwnId;
    this.rank = identity.rank;
    this.isUnconfirmed = identity.isUnconfirmed;
    this.endMs = undefined;
    this.name = facts.name;
    this.executable = facts.executable;
    this.commandLine = facts.commandLine;
    this.providers = providers;
    this.aliases = noAliases;
    this.parent = undefined;
    this.statedParent = undefined;
    this.older = undefined;
    this.previous = undefined;
    this.next = undefined;
  }

  get hasChildren(): boolean {
    return this.#latestChild !== undefined;
  }

  /** From the one linked last; the child at hand may be unlinked meanwhile. */
  *children(): Generator<ProcessNode, void, undefined> {
    for (let child = this.#latestChild; child !== undefined; ) {
      const earlier: ProcessNode | undefined = child.#earlierSibling;
      yield child;
      child = earlier;
    }
  }

  addChild(child: ProcessNode): void {
    child.parent = this;
    child.#earlierSibling = this.#latestChild;
    if (this.#latestChild !== undefined) this.#latestChild.#laterSibling = child;
    this.#latestChild = child;
  }

  removeChild(child: ProcessNode): void {
    const earlier = child.#earlierSibling;
    const later = child.#laterSibling;
    if (later === undefined) this.#latestChild = earlier;
    else later.#earlierSibling = earlier;
    if (earlier !== undefined) earlier.#laterSibling = later;
    child.#earlierSibling = undefined;
    child.#laterSibling = undefined;
    child.parent = undefined;
  }

  /** Whether this one may be the parent of `child`, as far as time goes. */
  precedes(child: ProcessNode): boolean {
    return this.startMs < child.startMs || (this.startMs === child.startMs && this.rank < child.rank);
  }

  /** Takes what is told now and was not known; answers whether anything was. */
  learn({ name, executable, commandLine }: ProcessFacts): boolean {
    const isNews =
      (this.name === undefined && name !== undefined) ||
      (this.executable === undefined && executable !== undefined) ||
      (this.commandLine === undefined && commandLine !== undefined);
    if (!isNews) return false;
    this.name ??= name;
    this.executable ??= executable;
    this.commandLine ??= commandLine;
    return true;
  }

  /** Takes what is told now in the place of all that was known. */
  relearn({ name, executable, commandLine }: ProcessFacts): void {
    this.name = name;
    this.executable = executable;
    this.commandLine = commandLine;
  }

  toAncestor(): Ancestor {
    this.ancestor ??= {
      entityId: this.entityId,
      pid: this.pid,
      name: this.name,
      executable: this.executable,
      commandLine: this.commandLine,
      startMs: this.isSeen ? this.startMs : undefined,
    };
    return this.ancestor;
  }
}

/** Whether two base names may be of one process: equal but for case, or one of them not known. */
export function mayBeSameName(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b || a.toLowerCase() === b.toLowerCase();
}

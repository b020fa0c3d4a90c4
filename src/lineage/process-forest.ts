import { memoize, shortenMiddle } from '../text/index.ts';
import { PidIndex } from './pid-index.ts';
import type { ProcessFacts, ProcessNode } from './process-node.ts';
import { type ProcessRow, type TableChanges, toNode, toRow } from './process-row.ts';
import { RecencyList } from './recency-list.ts';
import type { Ancestor } from './traced-event.ts';

/** Most processes kept that have had the same pid on one host. */
const maxSharingPid = 32;

/**
 * Longest text of a process that is kept, in UTF-16 units. Windows allows 32,767, and whoever starts processes chooses them;
 * features read no more than this of nearly any line.
 */
const maxTextLength = 2_048;

/** Texts of which all processes that have them share one copy. */
const sharedTexts = 4_096;

/**
 * The processes themselves: found by id and by pid, linked to their parents, bounded in number, and with
 * a record of what changed. It keeps every link in order of start and knows nothing of events.
 */
export class ProcessForest {
  readonly #maxProcesses: number;
  readonly #maxAncestors: number;
  readonly #byId = new Map<string, ProcessNode>();
  readonly #byHost = new Map<string, PidIndex>();
  readonly #running = new RecencyList();
  readonly #ended = new RecencyList();
  /** Processes to be stored again; `undefined` until somebody stores any. */
  #changed: Set<ProcessNode> | undefined;
  #removed: string[] = [];
  #activity = 0;
  /** Mentions within which a process need not be noted again. */
  readonly #slack: number;
  /** Counts up with every change that makes lineages handed out earlier out of date. */
  #version = 0;
  readonly #share = memoize((text) => text, sharedTexts);
  #highestRank = 0;
  #lowestRank = 0;

  constructor(maxProcesses: number, maxAncestors: number) {
    this.#maxProcesses = maxProcesses;
    this.#maxAncestors = maxAncestors;
    this.#slack = maxProcesses >> 6;
  }

  get size(): number {
    return this.#running.size + this.#ended.size;
  }

  /** The text as it is kept: bounded, and one copy where it repeats from process to process. */
  keep(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.#share(shortenMiddle(text, maxTextLength));
  }

  get(id: string): ProcessNode | undefined {
    return this.#byId.get(id);
  }

  /** The latest process with the pid; `older` leads on to those before. */
  latest(hostKey: string, pid: number): ProcessNode | undefined {
    return this.#byHost.get(hostKey)?.latest(pid);
  }

  /** A rank for a process whose start is seen: after all others that started at the same time. */
  nextRank(): number {
    this.#highestRank += 1;
    return this.#highestRank;
  }

  /** A rank for a parent inferred from its child: before all others. */
  precedingRank(): number {
    this.#lowestRank -= 1;
    return this.#lowestRank;
  }

  add(node: ProcessNode): void {
    this.#keepTexts(node);
    this.#byId.set(node.entityId, node);
    for (const alias of node.aliases) this.#byId.set(alias, node);
    this.#listOf(node).append(node);
    this.#index(node);
    this.#changed?.add(node);
  }

  /** Gives the process a further id, or makes that its id and the one it had the further one. */
  addId(node: ProcessNode, id: string, isMain: boolean): void {
    if (this.#byId.has(id)) return;
    this.#byId.set(id, node);
    if (isMain) {
      if (node.isStored) this.#removed.push(node.entityId);
      node.isStored = false;
      node.aliases = [...node.aliases, node.entityId];
      node.entityId = id;
      // The rows of its children name it.
      for (const child of node.children()) this.#changed?.add(child);
    } else {
      node.aliases = [...node.aliases, id];
    }
    this.#noteLinkChange(node);
  }

  /** Notes when a process started that was known only through its children. */
  setStart(node: ProcessNode, startMs: number): void {
    node.isSeen = true;
    this.#place(node, startMs, node.rank);
    for (const child of node.children()) if (!node.precedes(child)) this.#unlink(child);
  }

  /** Notes that such a process has a child that started earlier than those it was known by. */
  setStartBefore(node: ProcessNode, child: ProcessNode): void {
    this.#place(node, child.startMs, this.precedingRank());
  }

  /** Links the two if the order of their starts allows; the child leaves the parent it had. */
  link(child: ProcessNode, parent: ProcessNode, isCertain: boolean): boolean {
    if (!parent.precedes(child) || this.#byId.get(parent.entityId) !== parent) return false;
    if (child.parent !== undefined) this.#unlink(child);
    parent.addChild(child);
    child.isParentCertain = isCertain;
    this.#noteLinkChange(child);
    return true;
  }

  learn(node: ProcessNode, facts: ProcessFacts): void {
    if (!node.learn(facts)) return;
    this.#keepTexts(node);
    this.#noteLinkChange(node);
  }

  /** Somebody is sure now of a process of which only what may be forged was known. */
  confirm(node: ProcessNode, facts: ProcessFacts): void {
    node.isUnconfirmed = false;
    node.relearn(facts);
    node.statedParent = undefined;
    if (node.parent !== undefined && !node.isParentCertain) this.#unlink(node);
    this.#keepTexts(node);
    this.#noteLinkChange(node);
  }

  end(node: ProcessNode, endMs: number): void {
    this.#listOf(node).remove(node);
    node.endMs = endMs;
    this.#listOf(node).append(node);
    this.#touchPlaced(node);
  }

  /**
   * Notes a mention of the process and its ancestors, so that a tree still growing keeps its roots. One
   * noted a short while ago is passed over, and then its ancestors were noted not much earlier: the order
   * of mentions need only be right where processes are let go, at its far end.
   */
  touch(node: ProcessNode): void {
    this.#touchUp(node, this.#maxAncestors);
  }

  /** Lets the least recently mentioned go until there are no more than allowed. */
  shrink(): void {
    while (this.size > this.#maxProcesses) this.#remove(this.#leastUseful());
  }

  /** The process and its ancestors, nearest first, up to the limit. */
  lineageOf(node: ProcessNode): readonly Ancestor[] {
    if (node.lineage !== undefined && node.lineageVersion === this.#version) return node.lineage;
    const lineage: Ancestor[] = [];
    for (
      let at: ProcessNode | undefined = node;
      at !== undefined && lineage.length < this.#maxAncestors;
      at = at.parent
    ) {
      lineage.push(at.toAncestor());
    }
    node.lineage = lineage;
    node.lineageVersion = this.#version;
    return lineage;
  }

  /** Nothing of it is stored any more: the next changes are all processes. */
  forgetStored(): void {
    this.#changed = undefined;
    this.#removed = [];
  }

  /** Whether the process and its ancestors, up to the limit, are confirmed. */
  isConfirmed(node: ProcessNode): boolean {
    let left = this.#maxAncestors;
    for (let at: ProcessNode | undefined = node; at !== undefined && left > 0; at = at.parent, left--) {
      if (at.isUnconfirmed) return false;
    }
    return true;
  }

  /** All processes at first, then those that changed since the last time. */
  takeChanges(): TableChanges {
    const rows: ProcessRow[] = [];
    for (const node of this.#changed ?? new Set(this.#byId.values())) {
      rows.push(toRow(node));
      node.isStored = true;
    }
    const changes = { removed: this.#removed, rows };
    this.#changed = new Set();
    this.#removed = [];
    return changes;
  }

  /**
   * Puts back what {@link takeChanges} gave into an empty forest. Rows that should have been removed meanwhile may be
   * among them: there is room for no more than ever.
   */
  restore(rows: Iterable<ProcessRow>): void {
    const ordered = [...rows].sort((a, b) => a.activity - b.activity);
    for (const row of ordered) {
      this.add(toNode(row));
      this.#activity = row.activity;
      this.#highestRank = Math.max(this.#highestRank, row.rank);
      this.#lowestRank = Math.min(this.#lowestRank, row.rank);
    }
    this.shrink();
    for (const row of ordered) {
      const node = this.#byId.get(row.entityId);
      const parent = row.parentId === undefined ? undefined : this.#byId.get(row.parentId);
      if (node !== undefined && parent !== undefined) this.link(node, parent, row.isParentCertain);
    }
    // With nothing to put back, nobody may be storing: all is to be stored when somebody asks.
    if (ordered.length > 0) this.#changed = new Set();
  }

  /** Most processes are of few programs, and each event brings copies of its own. */
  #keepTexts(node: ProcessNode): void {
    node.name = this.keep(node.name);
    node.executable = this.keep(node.executable);
    node.commandLine = this.keep(node.commandLine);
  }

  #place(node: ProcessNode, startMs: number, rank: number): void {
    this.#unindex(node);
    node.startMs = startMs;
    node.rank = rank;
    this.#index(node);
    this.#noteLinkChange(node);
  }

  #touchUp(node: ProcessNode, levels: number): void {
    if (node.activity > 0 && this.#activity - node.activity < this.#slack) return;
    // Farthest first: the nearer, the longer it is kept.
    if (levels > 0 && node.parent !== undefined) this.#touchUp(node.parent, levels - 1);
    const list = this.#listOf(node);
    list.remove(node);
    list.append(node);
    this.#touchPlaced(node);
  }

  #touchPlaced(node: ProcessNode): void {
    this.#activity += 1;
    node.activity = this.#activity;
    this.#changed?.add(node);
  }

  /**
   * Ended processes go first: what still runs may have children. But a handful of ended ones must not go
   * the moment they end, since their children may be reported late.
   */
  #leastUseful(): ProcessNode {
    const ended = this.#ended.oldest;
    const running = this.#running.oldest;
    if (ended === undefined || running === undefined) return (ended ?? running)!;
    if (this.#ended.size * 4 > this.#maxProcesses) return ended;
    return ended.activity < running.activity ? ended : running;
  }

  #remove(node: ProcessNode): void {
    for (const child of node.children()) this.#unlink(child);
    if (node.parent !== undefined) this.#unlink(node);
    this.#listOf(node).remove(node);
    this.#unindex(node);
    this.#byId.delete(node.entityId);
    for (const alias of node.aliases) this.#byId.delete(alias);
    this.#changed?.delete(node);
    if (node.isStored) this.#removed.push(node.entityId);
  }

  #unlink(child: ProcessNode): void {
    child.parent?.removeChild(child);
    child.isParentCertain = false;
    this.#noteLinkChange(child);
  }

  #noteLinkChange(node: ProcessNode): void {
    // Of a process without children no lineage can have been handed out that is now wrong, but its own.
    if (node.hasChildren) this.#version += 1;
    else node.lineageVersion = -1;
    node.ancestor = undefined;
    this.#changed?.add(node);
  }

  #index(node: ProcessNode): void {
    if (node.pid === undefined) return;
    let index = this.#byHost.get(node.hostKey);
    if (index === undefined) {
      index = new PidIndex();
      this.#byHost.set(node.hostKey, index);
    }
    index.insert(node);
    const excess = index.excessBeside(node, maxSharingPid);
    if (excess !== undefined) this.#remove(excess);
  }

  #unindex(node: ProcessNode): void {
    if (node.pid === undefined) return;
    const index = this.#byHost.get(node.hostKey);
    index?.remove(node);
    if (index?.isEmpty === true) this.#byHost.delete(node.hostKey);
  }

  #listOf(node: ProcessNode): RecencyList {
    return node.endMs === undefined ? this.#running : this.#ended;
  }
}

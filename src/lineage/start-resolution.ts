import type { ParentProcess, ProcessEvent, Provider } from '../event/index.ts';
import { deriveClashId, deriveEntityId, deriveUnseenId } from './entity-id.ts';
import type { ProcessForest } from './process-forest.ts';
import { mayBeSameName, ProcessNode } from './process-node.ts';

/** What a start says of the process it is about. */
export interface StartClaim {
  readonly hostKey: string;
  readonly pid: number | undefined;
  /** The entity id its source gives, if any. */
  readonly ownId: string | undefined;
  readonly startMs: number;
  readonly isUnconfirmed: boolean;
  readonly event: Pick<ProcessEvent, 'provider' | 'process'>;
}

/**
 * The process a start is about: one the table has by id, one that another provider reported within the
 * tolerance, one so far known only through its children, or a new one. `undefined` when the start
 * carries nothing to tell processes apart by. An unconfirmed start changes nothing about a process of which a
 * confirmed one told.
 */
export function resolveProcess(
  forest: ProcessForest,
  claim: StartClaim,
  toleranceMs: number,
): ProcessNode | undefined {
  const id = claimedId(forest, claim);
  if (id === undefined) return undefined;
  const { event, startMs, isUnconfirmed } = claim;
  const known = forest.get(id);
  const node = known ?? findTwin(forest, claim, toleranceMs) ?? findUnseen(forest, claim, toleranceMs);
  if (node === undefined) return addProcess(forest, claim, id);
  if (isUnconfirmed && !node.isUnconfirmed) return node;
  if (!isUnconfirmed && node.isUnconfirmed) forest.confirm(node, event.process);
  else node.isUnconfirmed = isUnconfirmed;
  if (!node.isSeen) {
    forest.setStart(node, startMs);
    if (known === undefined) forest.addId(node, id, !node.hasOwnId);
  } else if (known === undefined) {
    forest.addId(node, id, false);
  }
  if (claim.ownId !== undefined) node.hasOwnId = true;
  forest.learn(node, event.process);
  if (!node.providers.includes(event.provider)) node.providers = [...node.providers, event.provider];
  return node;
}

/** The id of its source, or ours; another where that id is one of another host's process. */
function claimedId(forest: ProcessForest, { hostKey, pid, ownId, startMs }: StartClaim): string | undefined {
  if (ownId === undefined) return pid === undefined ? undefined : deriveEntityId(hostKey, pid, startMs);
  const holder = forest.get(ownId);
  return holder === undefined || holder.hostKey === hostKey ? ownId : deriveClashId(hostKey, ownId);
}

/** The same start as told by another provider: same pid, nearly the same time, no differing name or id. */
function findTwin(forest: ProcessForest, claim: StartClaim, toleranceMs: number): ProcessNode | undefined {
  const { event, startMs } = claim;
  for (let at = latestOf(forest, claim); at !== undefined; at = at.older) {
    if (at.startMs < startMs - toleranceMs) return undefined;
    if (
      at.isSeen &&
      at.startMs <= startMs + toleranceMs &&
      !(at.hasOwnId && claim.ownId !== undefined) &&
      !at.providers.includes(event.provider) &&
      mayBeSameName(at.name, event.process.name)
    ) {
      return at;
    }
  }
  return undefined;
}

/** A process inferred from a child that arrived before the start itself did. */
function findUnseen(forest: ProcessForest, claim: StartClaim, toleranceMs: number): ProcessNode | undefined {
  const { event, startMs } = claim;
  for (let at = latestOf(forest, claim); at !== undefined && at.startMs >= startMs; at = at.older) {
    if (
      !at.isSeen &&
      at.startMs - startMs <= toleranceMs &&
      !(at.hasOwnId && claim.ownId !== undefined) &&
      mayBeSameName(at.name, event.process.name)
    ) {
      return at;
    }
  }
  return undefined;
}

function latestOf(forest: ProcessForest, { hostKey, pid }: StartClaim): ProcessNode | undefined {
  return pid === undefined ? undefined : forest.latest(hostKey, pid);
}

const noProviders: readonly Provider[] = [];
const singleProviders = new Map<Provider, readonly Provider[]>();

/** The list of this one provider, which most processes share. */
function reportedBy(provider: Provider): readonly Provider[] {
  const known = singleProviders.get(provider);
  if (known !== undefined) return known;
  const list: readonly Provider[] = [provider];
  singleProviders.set(provider, list);
  return list;
}

function addProcess(forest: ProcessForest, claim: StartClaim, entityId: string): ProcessNode {
  const { hostKey, pid, startMs, ownId, isUnconfirmed, event } = claim;
  const hasOwnId = ownId !== undefined;
  const rank = forest.nextRank();
  const node = new ProcessNode(
    { entityId, hostKey, pid, startMs, isSeen: true, hasOwnId, rank, isUnconfirmed },
    event.process,
    reportedBy(event.provider),
  );
  forest.add(node);
  return node;
}

/**
 * Links the process to its parent: the one its source names by id, else the one that had the parent's pid
 * when it started. A parent never seen is put into the table with what the child's record says of it.
 */
export function resolveParent(
  forest: ProcessForest,
  node: ProcessNode,
  stated: ParentProcess,
  toleranceMs: number,
): void {
  node.statedParent ??= forest.keep(stated.name);
  if (stated.entityId !== undefined) {
    if (node.isParentCertain) return;
    const named = forest.get(stated.entityId);
    if (named?.hostKey === node.hostKey) {
      adopt(forest, node, named, stated, true);
      return;
    }
    const taken = named !== undefined;
    const entityId = taken ? deriveClashId(node.hostKey, stated.entityId) : stated.entityId;
    const parent = forest.get(entityId) ?? addUnseen(forest, node, stated, entityId, true);
    adopt(forest, node, parent, stated, true);
    return;
  }
  if (node.parent !== undefined || stated.pid === undefined || stated.pid === 0 || stated.pid === node.pid) {
    return;
  }
  const entityId = deriveUnseenId(node.hostKey, stated.pid, node.startMs);
  const parent =
    findByPid(forest, node, stated.pid, stated.name, toleranceMs) ??
    forest.get(entityId) ??
    addUnseen(forest, node, stated, entityId, false);
  adopt(forest, node, parent, stated, false);
}

/**
 * The process that had the pid when the child started, unless its name or its end says otherwise. An unconfirmed one
 * takes the place of no other that is not known to have ended.
 */
function findByPid(
  forest: ProcessForest,
  child: ProcessNode,
  pid: number,
  name: string | undefined,
  toleranceMs: number,
): ProcessNode | undefined {
  const latest = forest.latest(child.hostKey, pid);
  // Of an unconfirmed child nothing comes but alerts: it is whoever seems to have the pid.
  const confirmed = child.isUnconfirmed ? undefined : findHolder(latest, child, name, toleranceMs, true);
  return confirmed ?? findHolder(latest, child, name, toleranceMs, false);
}

function findHolder(
  latest: ProcessNode | undefined,
  child: ProcessNode,
  name: string | undefined,
  toleranceMs: number,
  onlyConfirmed: boolean,
): ProcessNode | undefined {
  for (let at = latest; at !== undefined; at = at.older) {
    if (onlyConfirmed && at.isUnconfirmed) continue;
    const isEarlier = at.precedes(child);
    // One not seen to start may have done so before any of the children it is known by.
    const mayBeEarlier = !at.isSeen && at.startMs - child.startMs <= toleranceMs;
    if (!isEarlier && !mayBeEarlier) continue;
    const hasEnded = at.endMs !== undefined && at.endMs + toleranceMs < child.startMs;
    return hasEnded || !mayBeSameName(at.name, name) ? undefined : at;
  }
  return undefined;
}

function addUnseen(
  forest: ProcessForest,
  child: ProcessNode,
  stated: ParentProcess,
  entityId: string,
  hasOwnId: boolean,
): ProcessNode {
  const { hostKey, startMs, isUnconfirmed } = child;
  const rank = forest.precedingRank();
  const parent = new ProcessNode(
    { entityId, hostKey, pid: stated.pid, startMs, isSeen: false, hasOwnId, rank, isUnconfirmed },
    stated,
    noProviders,
  );
  forest.add(parent);
  return parent;
}

function adopt(
  forest: ProcessForest,
  child: ProcessNode,
  parent: ProcessNode,
  stated: ParentProcess,
  isCertain: boolean,
): void {
  if (parent === child) return;
  if (!parent.isSeen && !parent.precedes(child)) forest.setStartBefore(parent, child);
  if (!forest.link(child, parent, isCertain)) return;
  forest.learn(parent, stated);
}

/**
 * Gives a process that has just appeared the children that arrived before it and were taken for those of
 * the process that had its pid before. An unconfirmed one gets none of a confirmed one's.
 */
export function claimEarlyChildren(forest: ProcessForest, node: ProcessNode, toleranceMs: number): void {
  const { older } = node;
  if (older === undefined || (node.isUnconfirmed && !older.isUnconfirmed)) return;
  for (const child of older.children()) {
    if (
      !child.isParentCertain &&
      child.startMs - node.startMs <= toleranceMs &&
      mayBeSameName(child.statedParent, node.name)
    ) {
      forest.link(child, node, false);
    }
  }
}

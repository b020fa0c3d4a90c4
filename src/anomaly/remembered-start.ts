import type { ProcessEvent, ProcessIdentity } from '../event/index.ts';
import type { Ancestor } from '../lineage/index.ts';
import { memoize, shortenMiddle } from '../text/index.ts';
import type { ScoredStart } from './scored-start.ts';

/** Longest text of a start that is remembered, in UTF-16 units; Windows allows 32,767, and whoever starts a process chooses them. */
const maxRememberedLength = 4_096;
/** Parts, such as users and hashes, of which all remembered starts share one copy. */
const sharedParts = 512;

const remembered = new WeakMap<ScoredStart, ScoredStart>();
const partOf = memoize((json): unknown => JSON.parse(json), sharedParts);

/**
 * The start for whoever keeps it beyond its batch, in little and bounded memory: long texts have their middle cut, and what
 * many starts have in common is there once. Whoever asks for one start gets the same object.
 */
export function rememberStart(start: ScoredStart): ScoredStart {
  let kept = remembered.get(start);
  if (kept === undefined) {
    kept = { ...start, event: rememberEvent(start.event), ancestors: rememberAncestors(start.ancestors) };
    remembered.set(start, kept);
    remembered.set(kept, kept);
  }
  return kept;
}

function rememberEvent(event: ProcessEvent): ProcessEvent {
  const { process } = event;
  return {
    ...event,
    action: share(event.action),
    position: { ...event.position, source: share(event.position.source) },
    host: share(event.host),
    user: share(event.user),
    process: {
      ...process,
      ...rememberIdentity(process),
      args: process.args === undefined ? undefined : firstOf(process.args),
      workingDirectory: share(process.workingDirectory),
      originalFileName: share(process.originalFileName),
      pe: share(process.pe),
      hash: share(process.hash),
      signature: share(process.signature),
      token: share(process.token),
      logonId: share(process.logonId),
      parent: { ...process.parent, ...rememberIdentity(process.parent) },
    },
    ...(event.endgame === undefined ? {} : { endgame: share(event.endgame) }),
  };
}

/** Those of the process table are there once already, and short. */
function rememberAncestors(ancestors: readonly Ancestor[]): readonly Ancestor[] {
  const kept = ancestors.map(rememberAncestor);
  return kept.every((ancestor, index) => ancestor === ancestors[index]) ? ancestors : kept;
}

function rememberAncestor(ancestor: Ancestor): Ancestor {
  const { name, executable, commandLine } = rememberIdentity(ancestor);
  const isWhole =
    name === ancestor.name && executable === ancestor.executable && commandLine === ancestor.commandLine;
  return isWhole ? ancestor : { ...ancestor, name, executable, commandLine };
}

function rememberIdentity({
  pid,
  entityId,
  name,
  executable,
  commandLine,
}: ProcessIdentity): ProcessIdentity {
  return {
    pid,
    entityId: bound(entityId),
    name: bound(name),
    executable: bound(executable),
    commandLine: bound(commandLine),
  };
}

/** As many of the arguments as a remembered command line would hold. */
function firstOf(args: readonly string[]): readonly string[] {
  let left = maxRememberedLength;
  const first: string[] = [];
  for (const arg of args) {
    if (left <= 0) break;
    first.push(shortenMiddle(arg, left));
    left -= arg.length + 1;
  }
  return first;
}

function share<T>(part: T): T {
  return part === undefined ? part : (partOf(JSON.stringify(part, (_key, value) => bound(value))) as T);
}

function bound<T>(value: T): T {
  return typeof value === 'string' ? (shortenMiddle(value, maxRememberedLength) as T) : value;
}

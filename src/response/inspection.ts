import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ActionSubject } from './action.ts';
import {
  findRefusals,
  type GuardFacts,
  type GuardSituation,
  gatherLiveFacts,
  isActablePid,
  type RefusalCode,
} from './guard/index.ts';
import type { ProcessAct, ProcessTarget } from './process-port.ts';
import { exactTarget, goneCodes, identify } from './process-target.ts';
import type { ResponseParts } from './response-parts.ts';

/** What the guard is asked about, besides what it finds out itself. */
export interface Inquiry {
  readonly subject: ActionSubject;
  readonly isThisHost: boolean | undefined;
  readonly isExcepted: boolean;
  readonly scope: GuardSituation['scope'];
  /** How old the process was when it was first decided about. */
  readonly ageMs: number | undefined;
  readonly byPerson: boolean;
  readonly wholeTree: boolean;
}

/** Whether what was told of the start of a member speaks against ending it. */
export type SparesMember = (member: ProcessTarget) => boolean;

/** One look at a process. */
export interface Inspection {
  readonly facts: GuardFacts;
  /** The process that was looked at, exactly; absent when none was. */
  readonly found: ProcessTarget | undefined;
  readonly imagePath: string | undefined;
  /** Those that {@link found} descends to, itself left out; empty unless the whole tree is meant. */
  readonly descendants: readonly ProcessTarget[];
  /** With {@link found}; infinite where the tree may not be ended as a whole. */
  readonly treeSize: number;
  readonly treeRefusals: readonly RefusalCode[];
}

/** A tree is somebody else's to grow: so many of its members are looked at before others have their turn. */
const looksAtOnce = 16;

const nothingKnown: Omit<
  GuardFacts,
  'pid' | 'isThisHost' | 'isExcepted' | 'ageMs' | 'hasCommandLine' | 'hasParent' | 'isConfirmed'
> = {
  identity: undefined,
  isExiting: undefined,
  isOwn: undefined,
  isCritical: undefined,
  protection: undefined,
  isSession: undefined,
  isProtectedImage: undefined,
  account: undefined,
  isDebugged: undefined,
};

type Tree = Pick<Inspection, 'descendants' | 'treeSize' | 'treeRefusals'>;

const alone: Tree = { descendants: [], treeSize: 1, treeRefusals: [] };
const nobody = { ...alone, found: undefined, imagePath: undefined };

/** Looks at the process and, where it is meant, its tree; touches nothing. */
export async function inspect(
  parts: ResponseParts,
  inquiry: Inquiry,
  sparesMember: SparesMember,
): Promise<Inspection> {
  const { subject, isThisHost, isExcepted, ageMs } = inquiry;
  const { target, hasCommandLine, hasParent, isConfirmed } = subject;
  const blind = {
    ...nothingKnown,
    pid: target?.pid,
    isThisHost,
    isExcepted,
    ageMs,
    hasCommandLine,
    hasParent,
    isConfirmed,
  };
  // A process of another host, or none that could be told from its neighbour, is not even looked at.
  if (target === undefined || !isActablePid(target.pid) || isThisHost !== true) {
    return { facts: blind, ...nobody };
  }
  const act = await lookAt(parts, target);
  const identity = identify(act, subject);
  if (identity !== 'match') {
    return { facts: { ...blind, identity }, ...nobody };
  }
  const { protectedSet } = parts.settings();
  const facts = gatherLiveFacts(subject, ageMs, identity, act.facts, {
    protectedSet,
    own: parts.own(),
    isThisHost,
    isExcepted,
  });
  // Its end may be seen in the code before it is seen in the facts.
  const isExiting = act.code === 'PC_E_EXITED' || act.facts.exiting;
  const found = exactTarget(target.pid, act.facts.created);
  const tree = inquiry.wholeTree ? await inspectTree(parts, found, inquiry.byPerson, sparesMember) : alone;
  return { facts: { ...facts, isExiting }, found, imagePath: act.facts.imagePath, ...tree };
}

/**
 * Without waiting wherever that will do. The signature takes as long as the disk does, and is worth that only where
 * the guard would spare an image for it.
 */
async function lookAt({ control, settings }: ResponseParts, target: ProcessTarget): Promise<ProcessAct> {
  const act = control.look(target);
  if (act.code !== 'PC_OK') return act;
  return settings().protectedSet.asksForSignature(act.facts.imagePath) ? control.query(target) : act;
}

/**
 * A person is told that the tree may not be ended, and chooses. For the agent nobody is spared who has hundreds of
 * children or starts a protected program: that would be easy to do, so it ends the flagged process alone.
 */
async function inspectTree(
  parts: ResponseParts,
  root: ProcessTarget,
  byPerson: boolean,
  sparesMember: SparesMember,
): Promise<Tree> {
  const notWhole: Tree = byPerson
    ? { ...alone, treeRefusals: ['PC_REFUSED_TREE'] }
    : { ...alone, treeSize: Number.POSITIVE_INFINITY };
  const tree = await parts.control.tree(root);
  if (tree.code !== 'PC_OK' || tree.found > tree.members.length) return notWhole;
  const { serviceAccounts, budget } = parts.settings().policy;
  // One more than a whole budget: of a tree whose root was held, that was counted before. What is beyond is not looked at.
  if (!byPerson && tree.found > Math.min(budget.perMinute, budget.perHour) + 1) return notWhole;
  const members = tree.members.filter(({ depth }) => depth > 0);
  const descendants = members.map(({ pid, created }) => exactTarget(pid, created));
  for (const [index, member] of descendants.entries()) {
    if (index % looksAtOnce === looksAtOnce - 1) await nextTurn();
    const act = await lookAt(parts, member);
    // Members that ended by themselves are in nobody's way.
    if (goneCodes.has(act.code)) continue;
    if (sparesMember(member) || !mayEnd(parts, act, serviceAccounts)) return notWhole;
  }
  return { descendants, treeSize: tree.found, treeRefusals: [] };
}

/** A descendant is judged by what it is: the rules, the event and its age spoke for the root. */
function mayEnd(parts: ResponseParts, act: ProcessAct, serviceAccounts: boolean): boolean {
  const facts = gatherLiveFacts(
    { hasCommandLine: true, hasParent: true, isConfirmed: true },
    0,
    identify(act, { name: undefined, parentPid: undefined }),
    act.facts,
    {
      protectedSet: parts.settings().protectedSet,
      own: parts.own(),
      isThisHost: true,
      isExcepted: false,
    },
  );
  const situation: GuardSituation = {
    isKilled: false,
    isStoodDown: false,
    scope: 'inside',
    budget: undefined,
    byPerson: false,
    serviceAccounts,
    maxAgeMs: 0,
  };
  return findRefusals(facts, situation).length === 0;
}

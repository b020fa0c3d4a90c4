import type { ScoredStart } from '../../anomaly/index.ts';
import type { Host } from '../../event/index.ts';
import { memoize, shortenMiddle } from '../../text/index.ts';
import { normalizeLine } from '../normal-line.ts';
import type { SeenStart, TechniqueClue } from '../triage/index.ts';
import { isHub } from './hubs.ts';
import type {
  AlertReference,
  IncidentActivity,
  IncidentAncestor,
  IncidentMember,
  MemberRole,
} from './incident.ts';

/** A member before its incident is known. */
export interface ActivityMember extends IncidentMember {
  /** Ancestors below the first hub, nearest first. */
  readonly lineage: readonly IncidentAncestor[];
  readonly techniques: readonly TechniqueClue[];
  /** What tells one behaviour from another: program and normalised command line. */
  readonly behaviour: string;
}

/** What has gathered on a host since it was last quiet. */
export interface Activity {
  readonly serial: number;
  readonly hostKey: string;
  readonly host: Host;
  readonly firstMs: number;
  lastMs: number;
  /** Nothing more belongs to it; its incidents are about to be told. */
  isOver: boolean;
  readonly members: Map<string, ActivityMember>;
  readonly alerts: Map<string, AlertReference>;
  /** Entity ids whose further starts belong here, with the number of flagged starts each has made. */
  readonly tainted: Map<string, number>;
  /**
   * What its processes did on the network by the time it was over. The incidents are worked out later, and a little at a time;
   * they must not depend on when.
   */
  network: readonly IncidentActivity[];
}

const maxLineage = 6;
const maxLineLength = 400;
const noLineage: readonly IncidentAncestor[] = [];

export function createMember(
  start: ScoredStart,
  seen: SeenStart,
  role: MemberRole,
  rarity: number,
  techniques: readonly TechniqueClue[],
): ActivityMember {
  const { process } = start.event;
  return {
    ...seen,
    role,
    rarity,
    parentName: process.parent.name,
    lineage: lineageOf(start),
    techniques,
    behaviour: behaviourOf(process.name, process.commandLine),
  };
}

/** An ancestor of a member as a member itself: `level` is its place in the lineage. */
export function createAncestorMember(
  { lineage }: ActivityMember,
  level: number,
  seen: SeenStart,
  techniques: readonly TechniqueClue[],
): ActivityMember {
  const above = lineage.slice(level + 1);
  return {
    ...seen,
    role: 'ancestor',
    rarity: 0,
    parentName: above[0]?.name,
    lineage: above,
    techniques,
    behaviour: behaviourOf(seen.name, seen.line),
  };
}

/** Members that behave alike share one text: an activity may have thousands. */
const shareBehaviour = memoize((text) => text, 4_096);

function behaviourOf(name: string | undefined, line: string | undefined): string {
  return shareBehaviour(`${name?.toLowerCase() ?? ''} ${normalizeLine(line ?? '')}`);
}

/** The ancestors of a start up to the first that starts everything, which is left out. */
function lineageOf({ event, ancestors }: ScoredStart): readonly IncidentAncestor[] {
  const { parent } = event.process;
  const known =
    ancestors.length > 0 || parent.entityId === undefined
      ? ancestors
      : [{ ...parent, startMs: parent.startMs }];
  const lineage: IncidentAncestor[] = [];
  for (const [index, ancestor] of known.slice(0, maxLineage).entries()) {
    if (ancestor.entityId === undefined || isHub(ancestor.name)) break;
    const line = ancestor.commandLine ?? ancestor.executable;
    lineage.push({
      entityId: ancestor.entityId,
      parentId: known[index + 1]?.entityId,
      name: ancestor.name,
      line: line === undefined ? undefined : shortenMiddle(line, maxLineLength),
      timeMs: ancestor.startMs,
    });
  }
  // A list that grew has room for many more than the few it holds.
  return lineage.length === 0 ? noLineage : lineage.slice();
}

/** Notes whose further starts belong to the activity: a flagged process, and a shell that made two of them. */
export function taint(activity: Activity, member: ActivityMember): void {
  if (member.role === 'reconnaissance' || member.role === 'ancestor') return;
  if (member.entityId !== undefined && !isHub(member.name)) {
    activity.tainted.set(member.entityId, Math.max(2, activity.tainted.get(member.entityId) ?? 0));
  }
  if (member.role !== 'flagged') return;
  const parent = member.lineage[0];
  if (parent !== undefined) {
    activity.tainted.set(parent.entityId, (activity.tainted.get(parent.entityId) ?? 0) + 1);
  }
}

export function isTainted(activity: Activity, { ancestors, event }: ScoredStart): boolean {
  const { parent } = event.process;
  if (parent.entityId !== undefined && (activity.tainted.get(parent.entityId) ?? 0) >= 2) return true;
  return ancestors.some(
    ({ entityId }) => entityId !== undefined && (activity.tainted.get(entityId) ?? 0) >= 2,
  );
}

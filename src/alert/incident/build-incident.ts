import { hash } from 'node:crypto';
import { shortenEnd } from '../../text/index.ts';
import type { TechniqueClue } from '../triage/index.ts';
import type { Activity, ActivityMember } from './activity.ts';
import { assess } from './assessment.ts';
import { findCommunities } from './communities.ts';
import type {
  AlertReference,
  Incident,
  IncidentActivity,
  IncidentAncestor,
  IncidentMember,
} from './incident.ts';
import { sortTactics } from './tactics.ts';

const networkShown = 20;
const namesInTitle = 3;
const maxNameLength = 80;

/**
 * The incidents in what gathered on a host, earliest first. Most of the time there are none. Pauses, with nothing, after
 * about as much work as a member brings: thousands of members take longer than a start may wait.
 */
export function* buildIncidents(activity: Activity): Generator<Incident | undefined, void> {
  const members = [...activity.members.values()].sort(
    (a, b) => a.timeMs - b.timeMs || (a.eventId < b.eventId ? -1 : 1),
  );
  const alerts = [...activity.alerts.values()].sort((a, b) => a.timeMs - b.timeMs || (a.id < b.id ? -1 : 1));
  yield;
  const alertsAbout = groupByEvent(alerts);
  const groups = yield* findCommunities(members, (group) => {
    const own = new Set(group.flatMap(({ eventId }) => alertsAbout.get(eventId) ?? []));
    return assess(group, [...own], mergeTechniques(group)) !== undefined;
  });
  const alertsOf = shareAlerts(groups, alerts);
  for (const group of groups) yield buildIncident(activity, group, alertsOf.get(group) ?? []);
}

function groupByEvent(alerts: readonly AlertReference[]): Map<string, AlertReference[]> {
  const found = new Map<string, AlertReference[]>();
  for (const alert of alerts) {
    for (const id of alert.eventIds) {
      const list = found.get(id);
      if (list === undefined) found.set(id, [alert]);
      else list.push(alert);
    }
  }
  return found;
}

/** Gives each alert to the group that holds most of its events, the earliest where several do. */
function shareAlerts(
  groups: readonly ActivityMember[][],
  alerts: readonly AlertReference[],
): Map<ActivityMember[], AlertReference[]> {
  const groupOf = new Map<string, ActivityMember[]>();
  for (const group of groups) for (const { eventId } of group) groupOf.set(eventId, group);
  const shared = new Map<ActivityMember[], AlertReference[]>();
  for (const alert of alerts) {
    const votes = new Map<ActivityMember[], number>();
    for (const id of alert.eventIds) {
      const group = groupOf.get(id);
      if (group !== undefined) votes.set(group, (votes.get(group) ?? 0) + 1);
    }
    const [winner] = [...votes].sort((a, b) => b[1] - a[1]);
    if (winner === undefined) continue;
    const list = shared.get(winner[0]);
    if (list === undefined) shared.set(winner[0], [alert]);
    else list.push(alert);
  }
  return shared;
}

function buildIncident(
  activity: Activity,
  group: readonly ActivityMember[],
  alerts: readonly AlertReference[],
): Incident | undefined {
  const techniques = mergeTechniques(group);
  const assessment = assess(group, alerts, techniques);
  if (assessment === undefined) return undefined;
  const tactics = sortTactics(techniques);
  const users = rankUsers(group);
  const eventIds = group.map(({ eventId }) => eventId);
  return {
    id: hash('sha256', `incident\n${activity.hostKey}\n${eventIds.join('\n')}`, 'hex').slice(0, 32),
    title: titleOf(activity, group, users, tactics),
    ...assessment,
    host: activity.host,
    users,
    startMs: group[0]!.timeMs,
    endMs: group[group.length - 1]!.timeMs,
    members: group.map(toIncidentMember),
    ancestors: ancestorsOf(group),
    alerts,
    techniques,
    tactics,
    network: networkOf(activity, group),
    iocs: [...new Set(alerts.flatMap(({ iocs }) => iocs))].sort(),
  };
}

function toIncidentMember({
  lineage: _,
  techniques: __,
  behaviour: ___,
  ...member
}: ActivityMember): IncidentMember {
  return member;
}

function mergeTechniques(group: readonly ActivityMember[]): TechniqueClue[] {
  const found = new Map<string, TechniqueClue>();
  for (const { techniques } of group)
    for (const clue of techniques) found.set(`${clue.tactic} ${clue.id}`, clue);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, clue]) => clue);
}

function rankUsers(group: readonly ActivityMember[]): string[] {
  const counts = new Map<string, number>();
  for (const { user, role } of group)
    counts.set(user, (counts.get(user) ?? 0) + (role === 'flagged' ? 1_000 : 1));
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([user]) => user);
}

function titleOf(
  { host }: Activity,
  group: readonly ActivityMember[],
  users: readonly string[],
  tactics: Incident['tactics'],
): string {
  const flagged = group.filter(({ role }) => role === 'flagged');
  const what = tactics.length > 0 ? listSome(tactics.map(({ name }) => name)) : 'Suspicious processes';
  const programs = [...new Set(flagged.map(({ name }) => name ?? 'a process'))];
  const who = users.length > 1 ? `${users[0]} and ${users.length - 1} more` : users[0];
  return shortenEnd(
    `${what} by ${shortenEnd(who ?? 'an unknown user', maxNameLength)} on ${shortenEnd(host.name ?? host.id ?? 'an unknown host', maxNameLength)}: ${listSome(programs.map((name) => shortenEnd(name, maxNameLength)))}`,
    400,
  );
}

function listSome(names: readonly string[]): string {
  const shown = names.slice(0, namesInTitle);
  const further = names.length - shown.length;
  if (further > 0) return `${shown.join(', ')} and ${further} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? '');
}

/** Those above the members, up to where the lineages of members meet or end. */
function ancestorsOf(group: readonly ActivityMember[]): IncidentAncestor[] {
  const members = new Set(group.map(({ entityId }) => entityId));
  const found = new Map<string, IncidentAncestor>();
  for (const { lineage } of group) {
    for (const ancestor of lineage) {
      if (!members.has(ancestor.entityId) && !found.has(ancestor.entityId))
        found.set(ancestor.entityId, ancestor);
    }
  }
  return [...found.values()];
}

function networkOf({ network }: Activity, group: readonly ActivityMember[]): IncidentActivity[] {
  const known = new Map(network.map((each) => [each.entityId, each]));
  return group.flatMap(({ entityId }) => known.get(entityId ?? '') ?? []).slice(0, networkShown);
}

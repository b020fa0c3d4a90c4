import type { Severity } from '../../detection/index.ts';
import { isoTime } from '../subject-keys.ts';
import type { Incident } from './incident.ts';

const severityNumbers = { low: 21, medium: 47, high: 73, critical: 99 } as const satisfies Record<
  Severity,
  number
>;

/** Most starts and alerts told one by one; `event_ids` and `alert_ids` name all of them. */
const toldOneByOne = 500;

export type IncidentDocument = ReturnType<typeof incidentToEcs>;

/** What was written out, for as long as anybody holds the incident: one of thousands takes milliseconds. */
const written = new WeakMap<Incident, string>();

/** {@link incidentToEcs} as JSON, for all who keep or send the incident. */
export function incidentToJson(incident: Incident): string {
  const known = written.get(incident);
  if (known !== undefined) return known;
  const json = JSON.stringify(incidentToEcs(incident));
  written.set(incident, json);
  return json;
}

/** The incident as it goes over the wire. */
export function incidentToEcs(incident: Incident) {
  return {
    '@timestamp': isoTime(incident.endMs),
    message: incident.title,
    event: {
      id: incident.id,
      kind: 'alert',
      module: 'problemchild',
      dataset: 'problemchild.incident',
      category: ['process'],
      type: ['info'],
      start: isoTime(incident.startMs),
      end: isoTime(incident.endMs),
      severity: severityNumbers[incident.severity],
      risk_score: incident.riskScore,
    },
    host: { id: incident.host.id, name: incident.host.name, os: { type: 'windows' } },
    related: {
      user: incident.users,
      hosts: incident.host.name === undefined ? undefined : [incident.host.name],
    },
    threat: incident.tactics.map(({ id, name }) => ({
      framework: 'MITRE ATT&CK',
      tactic: { id: [id], name: [name] },
      technique: techniquesOf(incident, id),
    })),
    problemchild: {
      severity: incident.severity,
      event_ids: incident.members.map(({ eventId }) => eventId),
      alert_ids: incident.alerts.map(({ id }) => id),
      incident: {
        id: incident.id,
        title: incident.title,
        alerts: incident.alerts.slice(0, toldOneByOne).map((alert) => ({
          id: alert.id,
          '@timestamp': isoTime(alert.timeMs),
          rule: { id: alert.ruleId, name: alert.ruleName },
          severity: alert.severity,
        })),
        timeline: incident.members.slice(0, toldOneByOne).map((member) => ({
          '@timestamp': isoTime(member.timeMs),
          event_id: member.eventId,
          entity_id: member.entityId,
          parent_entity_id: member.parentId,
          pid: member.pid,
          name: member.name,
          parent_name: member.parentName,
          command_line: member.line,
          user: member.user,
          malicious_probability: member.score,
          rarity: member.rarity,
          role: member.role,
        })),
        ancestors: incident.ancestors.map((ancestor) => ({
          entity_id: ancestor.entityId,
          parent_entity_id: ancestor.parentId,
          name: ancestor.name,
          command_line: ancestor.line,
          start: ancestor.timeMs === undefined ? undefined : isoTime(ancestor.timeMs),
        })),
        network: incident.network.map(({ process, entityId, connections, questions }) => ({
          process,
          entity_id: entityId,
          connections: connections.map(({ destination, count }) => ({ destination, count })),
          dns: questions.map(({ name, answers, count }) => ({ question: name, answers, count })),
        })),
        iocs: incident.iocs,
      },
    },
  };
}

function techniquesOf({ techniques }: Incident, tactic: string) {
  const ours = techniques.filter((each) => each.tactic === tactic);
  const main = ours.filter(({ id }) => !id.includes('.'));
  const sub = ours.filter(({ id }) => id.includes('.'));
  const of = (list: typeof ours) =>
    list.length === 0 ? undefined : { id: list.map(({ id }) => id), name: list.map(({ name }) => name) };
  return { ...of(main), subtechnique: of(sub) };
}

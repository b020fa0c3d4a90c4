import { isoTime } from './subject-keys.ts';
import type { SeenStart, Triage } from './triage/index.ts';

/** `problemchild.triage` of an alert. */
export function triageToEcs(triage: Triage) {
  const { user } = triage;
  return {
    cluster: { total: triage.cluster.total, processes: triage.cluster.shown.map(startToEcs) },
    siblings: { total: triage.siblings.total, processes: triage.siblings.shown.map(startToEcs) },
    children: { total: triage.children.total, processes: triage.children.shown.map(startToEcs) },
    user: {
      first_seen: user.firstSeenMs === undefined ? undefined : isoTime(user.firstSeenMs),
      starts: user.starts,
      starts_of_process: user.startsOfProcess,
      usual_processes: user.usualProcesses.map(({ name, count }) => ({ name, count })),
      earlier_alerts: user.earlierAlerts,
      last_alert: user.lastAlertMs === undefined ? undefined : isoTime(user.lastAlertMs),
    },
    installers: triage.installers.map(startToEcs),
    network: triage.network.map(({ entityId, process, connections, questions, further }) => ({
      entity_id: entityId,
      process,
      connections: connections.map(({ destination, ip, domain, count }) => ({
        destination,
        ip,
        domain,
        count,
      })),
      dns: questions.map(({ name, answers, count }) => ({ question: name, answers, count })),
      further,
    })),
    iocs: triage.iocs.map(({ indicator, field, eventId }) => ({
      type: indicator.type,
      value: indicator.value,
      list: indicator.list,
      note: indicator.note,
      field,
      event_id: eventId,
    })),
    facts: triage.facts.map(({ binary, role, purpose, abuse }) => ({ binary, role, purpose, abuse })),
    techniques: triage.techniques.map(({ id, name, tactic }) => ({ id, name, tactic })),
    checks: triage.checks,
    actions: triage.actions,
  };
}

function startToEcs(start: SeenStart) {
  return {
    '@timestamp': isoTime(start.timeMs),
    event_id: start.eventId,
    entity_id: start.entityId,
    pid: start.pid,
    name: start.name,
    command_line: start.line,
    user: start.user,
    malicious_probability: start.score,
  };
}

import { alertToEcs, type DeskOutcome, incidentToJson, severityNumbers } from '../alert/index.ts';
import type { OutboxEntry } from '../forward/index.ts';

/** What a batch's alerts and incidents look like to the outbox: finished documents. `nowMs` dates undated ones. */
export function toOutboxEntries({ alerts, incidents }: DeskOutcome, nowMs: number): OutboxEntry[] {
  return [
    ...alerts.map(
      (alert): OutboxEntry => ({
        eventId: alert.id,
        kind: 'alert',
        severity: severityNumbers[alert.rule.severity],
        ruleId: alert.rule.id,
        timeMs: alert.timestamp === undefined ? nowMs : alert.timeMs,
        document: JSON.stringify(alertToEcs(alert)),
      }),
    ),
    ...incidents.map(
      (incident): OutboxEntry => ({
        eventId: incident.id,
        kind: 'incident',
        severity: severityNumbers[incident.severity],
        timeMs: incident.endMs,
        document: incidentToJson(incident),
      }),
    ),
  ];
}

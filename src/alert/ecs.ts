import type { Rule, Severity } from '../detection/index.ts';
import { toEcs } from '../event/index.ts';
import type { Prediction } from '../problemchild/index.ts';
import type { Alert } from './alert.ts';

/** A document for the wire in ECS; keys that hold `undefined` are left out when it is written as JSON. */
export type WireDocument = Readonly<Record<string, unknown>>;

/** `event.severity` of each level: a number that sorts, as ECS wants. */
export const severityNumbers = { low: 21, medium: 47, high: 73, critical: 99 } as const satisfies Record<
  Severity,
  number
>;

/** The alert as it goes over the wire: the source event's document, turned into an alert about it. */
export function alertToEcs(alert: Alert): WireDocument {
  const { rule, subject } = alert;
  const source = toEcs(subject.event);
  return {
    '@timestamp': alert.timestamp,
    message: `${rule.name}: ${subject.event.process.name ?? 'a process'}`,
    event: {
      id: alert.id,
      kind: 'alert',
      module: 'problemchild',
      dataset: 'problemchild.alert',
      category: ['process'],
      type: ['info'],
      action: subject.event.action,
      provider: subject.event.provider,
      severity: severityNumbers[rule.severity],
      risk_score: rule.riskScore,
    },
    rule: { id: rule.id, name: rule.name, description: rule.description, category: rule.kind },
    threat: threatToEcs(rule),
    host: source['host'],
    user: source['user'],
    process: source['process'],
    problemchild: {
      ...predictionToEcs(subject.prediction),
      severity: rule.severity,
      event_ids: alert.eventIds,
      reasons: alert.reasons.map(({ text, weight }) => ({ text, weight })),
      ancestors: subject.ancestors.map((ancestor) => ({
        entity_id: ancestor.entityId,
        name: ancestor.name,
        executable: ancestor.executable,
        command_line: ancestor.commandLine,
      })),
    },
  };
}

/** The `problemchild.*` fields of one score. */
export function predictionToEcs(prediction: Prediction): WireDocument {
  return {
    prediction: prediction.prediction,
    prediction_probability: prediction.predictionProbability,
    malicious_probability: prediction.maliciousProbability,
    ...(prediction.blocklistLabel === undefined ? {} : { blocklist_label: prediction.blocklistLabel }),
  };
}

function threatToEcs(rule: Rule): WireDocument[] {
  return rule.threat.map(({ tactic, techniques }) => {
    const main = techniques.filter(({ id }) => !id.includes('.'));
    const sub = techniques.filter(({ id }) => id.includes('.'));
    return {
      framework: 'MITRE ATT&CK',
      tactic: { id: [tactic.id], name: [tactic.name] },
      technique: {
        id: main.map(({ id }) => id),
        name: main.map(({ name }) => name),
        ...(sub.length === 0
          ? {}
          : { subtechnique: { id: sub.map(({ id }) => id), name: sub.map(({ name }) => name) } }),
      },
    };
  });
}

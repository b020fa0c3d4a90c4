import type { Rule, Severity } from '../detection/index.ts';
import { toEcs } from '../event/index.ts';
import type { Prediction } from '../problemchild/index.ts';
import type { Alert } from './alert.ts';
import { triageToEcs } from './ecs-triage.ts';
import { isoTime } from './subject-keys.ts';

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
    message: messageOf(alert),
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
      unconfirmed: subject.event.isUnconfirmed,
      reasons: alert.reasons.map(({ text, weight }) => ({ text, weight })),
      rarity: rarityToEcs(alert),
      anomaly: anomalyToEcs(alert),
      suppression: rollUpToEcs(alert),
      ancestors: subject.ancestors.map((ancestor) => ({
        entity_id: ancestor.entityId,
        name: ancestor.name,
        executable: ancestor.executable,
        command_line: ancestor.commandLine,
      })),
      triage: alert.triage === undefined ? undefined : triageToEcs(alert.triage),
    },
  };
}

function messageOf({ rule, subject, anomaly, rollUp }: Alert): string {
  const process = subject.event.process.name ?? 'a process';
  if (rollUp !== undefined) return `${rule.name}: ${rollUp.count} more of ${process}`;
  if (anomaly === undefined) return `${rule.name}: ${process}`;
  const { record, furtherRecordIds } = anomaly;
  const what = record.process === undefined ? `${record.eventCount} starts` : record.process;
  if (furtherRecordIds.length > 0) return `${rule.name}: ${furtherRecordIds.length} more on ${record.host}`;
  return `${rule.name}: ${what} (${record.entity}, score ${Math.round(record.score)})`;
}

/** How unusual the start was when it came. */
function rarityToEcs({ rarity }: Alert): WireDocument | undefined {
  if (rarity === undefined) return undefined;
  return {
    score: rarity.score,
    late: rarity.late,
    jobs: rarity.jobs.map(({ job, entity, score, probability, actual, typical, firstSeen }) => ({
      job_id: job,
      entity,
      score,
      probability,
      actual,
      typical,
      first_seen: firstSeen,
    })),
  };
}

/** The anomaly record behind the alert, by Elastic's names where it has them. */
function anomalyToEcs({ anomaly }: Alert): WireDocument | undefined {
  if (anomaly === undefined) return undefined;
  const { record, furtherRecordIds } = anomaly;
  return {
    id: record.id,
    job_id: record.job,
    function: record.function,
    entity_kind: record.entityKind,
    entity: record.entity,
    process: record.process,
    bucket_start: isoTime(record.bucketStartMs),
    bucket_span_ms: record.bucketSpanMs,
    record_score: record.score,
    initial_record_score: record.initialScore,
    probability: record.probability,
    actual: record.actual,
    typical: record.typical,
    multi_bucket_impact: record.multiBucketImpact,
    first_seen: record.firstSeen,
    event_count: record.eventCount,
    influencers: record.influencers.map(({ field, value, contribution }) => ({ field, value, contribution })),
    further_records: furtherRecordIds.length === 0 ? undefined : furtherRecordIds,
  };
}

/** What an alert that stands for others stands for. */
function rollUpToEcs({ rollUp }: Alert): WireDocument | undefined {
  if (rollUp === undefined) return undefined;
  return {
    count: rollUp.count,
    first: isoTime(rollUp.firstMs),
    last: isoTime(rollUp.lastMs),
    event_ids_truncated: rollUp.truncated,
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

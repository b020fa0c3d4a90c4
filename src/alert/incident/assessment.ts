import type { Severity } from '../../detection/index.ts';
import type { TechniqueClue } from '../triage/index.ts';
import type { ActivityMember } from './activity.ts';
import type { AlertReference } from './incident.ts';
import { sortTactics } from './tactics.ts';

/** What speaks for a group of starts being an intrusion. */
export interface Assessment {
  readonly severity: Severity;
  readonly riskScore: number;
}

/**
 * How serious a group is; `undefined` when it is none that anybody should be bothered with: alerts of low
 * severity need company, either of another kind or in number.
 */
export function assess(
  members: readonly ActivityMember[],
  alerts: readonly AlertReference[],
  techniques: readonly TechniqueClue[],
): Assessment | undefined {
  const flagged = members.filter(({ role }) => role === 'flagged');
  const behaviours = new Set(flagged.map(({ behaviour }) => behaviour)).size;
  const severe = alerts.filter(({ severity }) => severity === 'high' || severity === 'critical');
  const severeBehaviours = countBehaviours(flagged, severe);
  const rulesOfAnomaly = new Set(alerts.filter(({ kind }) => kind === 'anomaly').map(({ ruleId }) => ruleId))
    .size;
  const matched = alerts.some(({ iocs }) => iocs.length > 0);
  const lowAlerts = alerts.length - severe.length;
  const corroborated =
    matched ||
    severeBehaviours >= 1 ||
    rulesOfAnomaly >= 2 ||
    (lowAlerts >= 2 && behaviours >= 2) ||
    behaviours >= 3;
  if (!corroborated || alerts.length === 0) return undefined;

  const tactics = sortTactics(techniques).length;
  const strength = strengthOf(flagged);
  const riskScore = Math.min(
    100,
    Math.round(
      20 +
        8 * Math.min(strength, 4) +
        6 * Math.min(severeBehaviours, 3) +
        4 * Math.min(tactics, 4) +
        2 * Math.min(rulesOfAnomaly, 3) +
        (matched ? 20 : 0),
    ),
  );
  return { severity: severityOf(riskScore), riskScore };
}

function severityOf(riskScore: number): Severity {
  if (riskScore >= 85) return 'critical';
  if (riskScore >= 60) return 'high';
  return riskScore >= 40 ? 'medium' : 'low';
}

function countBehaviours(flagged: readonly ActivityMember[], alerts: readonly AlertReference[]): number {
  const ids = new Set(alerts.flatMap(({ eventIds }) => eventIds));
  return new Set(flagged.filter(({ eventId }) => ids.has(eventId)).map(({ behaviour }) => behaviour)).size;
}

/** Sum over behaviours of the most malicious start of each, from a third for what is ordinary here. */
function strengthOf(flagged: readonly ActivityMember[]): number {
  const best = new Map<string, number>();
  for (const { behaviour, score, rarity } of flagged) {
    best.set(behaviour, Math.max(best.get(behaviour) ?? 0, score * (1 / 3 + (2 / 3) * (rarity / 100))));
  }
  let sum = 0;
  for (const value of best.values()) sum += value;
  return sum;
}

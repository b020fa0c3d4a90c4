import type { Severity } from '../../detection/index.ts';
import type { Connection, Question, SeenStart, TechniqueClue } from '../triage/index.ts';

/** Alerts and process starts that belong together, told as one story. */
export interface Incident {
  /** Stable: the same starts on the same host give the same id on every run. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** 0..100, by number, strength and diversity of what was found. */
  readonly riskScore: number;
  readonly host: { readonly id: string | undefined; readonly name: string | undefined };
  /** As people write them, the most active first. */
  readonly users: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
  /** In order of time. */
  readonly members: readonly IncidentMember[];
  /** Processes above the members that are no members themselves. */
  readonly ancestors: readonly IncidentAncestor[];
  readonly alerts: readonly AlertReference[];
  /** Alerts of these that were held back or rolled up. */
  readonly techniques: readonly TechniqueClue[];
  /** Tactics in the order of an intrusion. */
  readonly tactics: readonly { readonly id: string; readonly name: string }[];
  readonly network: readonly IncidentActivity[];
  /** Values on the lists of indicators. */
  readonly iocs: readonly string[];
}

/** One process start of an incident. */
export interface IncidentMember extends SeenStart {
  /** `flagged` by the model, or there for what it has to do with one that is. */
  readonly role: MemberRole;
  /** 0..100: how unusual it was when it came. */
  readonly rarity: number;
  readonly parentName: string | undefined;
}

/** `ancestor`, `descendant`: of a flagged start. `reconnaissance`: somebody looked around on the host just then. */
export type MemberRole = 'flagged' | 'ancestor' | 'descendant' | 'reconnaissance';

export interface IncidentAncestor {
  readonly entityId: string;
  readonly parentId: string | undefined;
  readonly name: string | undefined;
  readonly line: string | undefined;
  readonly timeMs: number | undefined;
}

/** An alert as its incident knows it. */
export interface AlertReference {
  readonly id: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly severity: Severity;
  readonly kind: 'event' | 'anomaly';
  readonly timeMs: number;
  readonly eventIds: readonly string[];
  readonly iocs: readonly string[];
}

export interface IncidentActivity {
  readonly process: string | undefined;
  readonly entityId: string;
  readonly connections: readonly Connection[];
  readonly questions: readonly Question[];
}

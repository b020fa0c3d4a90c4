import * as z from 'zod';
import { ConditionSchema } from './condition.ts';

const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

const Technique = z.strictObject({
  id: z.string().regex(/^T\d{4}(\.\d{3})?$/),
  name: z.string().min(1).max(120),
});

const Threat = z.strictObject({
  tactic: z.strictObject({ id: z.string().regex(/^TA\d{4}$/), name: z.string().min(1).max(120) }),
  techniques: z.array(Technique).max(20),
});

const common = {
  /** Never changes once released: what an alert is grouped and tuned by. */
  id: z.uuid(),
  name: z.string().min(1).max(120),
  description: z.string().min(1).max(1_000),
  enabled: z.boolean(),
  severity: z.enum(severities),
  riskScore: z.int().min(0).max(100),
  threat: z.array(Threat).max(10),
};

const Exclusion = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  reason: z.string().min(1).max(300),
  all: z.array(ConditionSchema).min(1).max(20),
});

/** Fires on one process start, by the probability that the model gave it. */
const EventRuleSchema = z.strictObject({
  ...common,
  kind: z.literal('event'),
  /** Which side of the bundle's high-probability cut; both ask for a prediction of 1. */
  band: z.enum(['high', 'low']),
  exclusions: z.array(Exclusion).max(200),
});

/** Fires on records of one anomaly job, on a schedule in event time. */
const AnomalyRuleSchema = z.strictObject({
  ...common,
  kind: z.literal('anomaly'),
  job: z.string().regex(/^[a-z_]+$/),
  /** Least record score, 0 to 100. */
  threshold: z.number().min(0).max(100),
  intervalMs: z.int().min(60_000),
  lookBackMs: z.int().min(60_000),
  /** Most alerts of one run; what exceeds it becomes one alert that says how many. */
  maxAlerts: z.int().min(1).max(10_000),
});

export const RuleSchema = z.discriminatedUnion('kind', [EventRuleSchema, AnomalyRuleSchema]);

export type EventRule = z.output<typeof EventRuleSchema>;
export type AnomalyRule = z.output<typeof AnomalyRuleSchema>;
export type Rule = EventRule | AnomalyRule;

/** Changes to a shipped rule: its id and whatever differs. */
export const RuleOverlaySchema = z.looseObject({ id: z.uuid() });

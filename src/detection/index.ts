export {
  type Condition,
  ConditionSchema,
  compileAll,
  compileCondition,
  matchesWildcard,
  type Predicate,
} from './condition.ts';
export type { EventDetection } from './detection.ts';
export { type EventRuleOptions, EventRules } from './event-rules.ts';
export { type FieldName, fieldNames, readField } from './field.ts';
export type { AnomalyDetection, MlDetection, RollUpDetection } from './ml-detection.ts';
export { MlRules, type PendingRecord } from './ml-rules.ts';
export type { AnomalyRule, EventRule, Rule, Severity } from './rule.ts';
export { loadRules } from './rule-loader.ts';

export { isInForce, maxOverrideMs, modeFor, type Override } from './override.ts';
export type {
  BudgetLimits,
  ResponseMode,
  ResponsePolicy,
  ResponseTarget,
  RuleResponse,
  ScopeLists,
  WantedVerb,
} from './response-policy.ts';
export { type ActionVerb, ResponseRules, type WantedAction } from './wanted-action.ts';

export { Budget, type BudgetRefusal, type Spent } from './budget.ts';
export {
  type AssumedFact,
  type Evidence,
  gatherEvidence,
  gatherLiveFacts,
  gatherRecordedFacts,
  type LiveContext,
  type LiveFacts,
  type OwnProcesses,
} from './gather-facts.ts';
export { findRefusals, type GuardFacts, type GuardSituation, isActablePid } from './guard.ts';
export { ProtectedSet } from './protected-set.ts';
export { createRefusalReference, type RefusalCode, refusalTable } from './refusals.ts';

export {
  type Action,
  type ActionEnd,
  type ActionSubject,
  actionId,
  describeStart,
  type JournalVerb,
  userKey,
} from './action.ts';
export { actionToEcs, commandToEcs, endWithout, standDownToEcs } from './action-ecs.ts';
export { type ArmRequest, arm, disarm, type ResponseStatus, statusOf } from './arming.ts';
export * from './evidence/index.ts';
export {
  createRefusalReference,
  type OwnProcesses,
  type RefusalCode,
  type Spent,
} from './guard/index.ts';
export { type IsolationChange, isolationToEcs } from './isolation/isolation-change.ts';
export type { IsolationJournal, StandingIsolation } from './isolation/isolation-journal.ts';
export type {
  FoundPeers,
  IsolationAudience,
  IsolationParts,
  PeerPort,
} from './isolation/isolation-parts.ts';
export type { Endpoint, IsolationPlan, PlanFilter } from './isolation/isolation-plan.ts';
export type { FiltersInForce, IsolationPort } from './isolation/isolation-port.ts';
export { rehearseIsolation } from './isolation/isolation-rehearsal.ts';
export type { IsolationRequest } from './isolation/isolation-request.ts';
export { IsolationStage, type IsolationStatus } from './isolation/isolation-stage.ts';
export type { Hold, PersonCommand, ResponseJournal, StandDown } from './journal-port.ts';
export { OverrideWatch } from './override-watch.ts';
export { carryOutRequest, type PersonRequest } from './person-request.ts';
export type { Override, ResponseMode, ResponsePolicy, ResponseTarget } from './policy/index.ts';
export { modeFor } from './policy/index.ts';
export type { ProcessAct, ProcessPort, ProcessTarget, TreeAct } from './process-port.ts';
export { type Description, exactTarget, identify, toleranceOf } from './process-target.ts';
export { Rehearsal, type RehearsedAction } from './rehearsal.ts';
export { isCommon, type ProgramCount, RehearsalReport } from './rehearsal-report.ts';
export {
  createResponseSettings,
  type ResponseAudience,
  type ResponseParts,
  type ResponseSettings,
} from './response-parts.ts';
export { type ActionDecision, ResponseStage } from './response-stage.ts';

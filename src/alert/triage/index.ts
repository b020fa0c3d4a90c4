export { type BinaryFact, BinaryFacts, type TechniqueClue } from './binary-facts.ts';
export { loadBinaryFacts } from './facts-loader.ts';
export type { Connection, ProcessActivity, Question } from './process-activity.ts';
export { type SeenStart, toSeenStart } from './recent-starts.ts';
export type { Excerpt, FactFinding, NetworkFinding, Triage } from './triage.ts';
export { TriageMemory } from './triage-memory.ts';
export type { UserHistory } from './user-profiles.ts';

import { hash } from 'node:crypto';
import type { InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import { type EcsDocument, type ProcessEvent, toEcs, type User } from '../event/index.ts';
import { type Evidence, gatherEvidence, type RefusalCode } from './guard/index.ts';
import type { ActionVerb, ResponseMode, ResponseTarget } from './policy/index.ts';
import type { NativeOutcome, ProcessTarget } from './process-port.ts';
import { type Description, targetOf } from './process-target.ts';

/** The process that an action is about: plain values, so that it outlives the agent. */
export interface ActionSubject extends Evidence, Description {
  /** Absent when the event cannot tell the process from a later one. */
  readonly target: ProcessTarget | undefined;
  /** What actions and budgets are counted under. */
  readonly key: string;
  readonly user: User;
  readonly image: string;
  readonly parentName: string | undefined;
  /** Who started it, nearest first; a journal of an earlier version does not say. */
  readonly ancestors?: ScoredStart['ancestors'] | undefined;
  /** The event that it comes from, in ECS; of a process that a person named, what is known of it. */
  readonly document: EcsDocument;
  readonly rule: { readonly id: string; readonly name: string } | undefined;
  readonly eventIds: readonly string[];
  readonly maliciousProbability: number | undefined;
  readonly rarity: number | undefined;
}

export type JournalVerb = ActionVerb | 'resume';

/** One line of the journal: what was to be done, and what came of it. */
export interface Action {
  /** The same for the same action on the same process, so that nothing is done twice. */
  readonly id: string;
  readonly verb: JournalVerb;
  readonly target: ResponseTarget;
  readonly mode: ResponseMode;
  /** Who asked: `agent`, or the person. */
  readonly by: string;
  readonly reason: string | undefined;
  /** When it was decided, ms since the epoch. */
  readonly atMs: number;
  readonly subject: ActionSubject;
  /** The agent had suspended the process itself, and budgets counted it then. */
  readonly isHeld?: boolean | undefined;
  readonly end: ActionEnd | undefined;
}

export interface ActionEnd {
  readonly atMs: number;
  /** `unknown`: it was not tried, as in audit mode, or nobody saw what came of it. */
  readonly outcome: 'success' | 'failure' | 'unknown';
  /** In the order of the table; none when it was allowed. */
  readonly refusals: readonly RefusalCode[];
  readonly result: NativeOutcome | 'audited' | 'rehearsed' | 'refused' | 'interrupted';
  /** The native layer's code and its cause. */
  readonly code: string | undefined;
  readonly cause: string | undefined;
  /** Processes ended; more than one only of a tree. */
  readonly processes: number;
  /** From the decision until the act's call returned. */
  readonly latencyMs: number | undefined;
  /** From the decision until the process stood still for its evidence; absent where it was not made to. */
  readonly stoppedMs?: number | undefined;
}

/** What a start brings into an action. */
export function describeStart(
  start: ScoredStart,
  interim: InterimAnomaly | undefined,
  rule: ActionSubject['rule'],
): ActionSubject {
  const { event } = start;
  return {
    ...gatherEvidence(event),
    target: targetOf(event),
    key: keyOf(event),
    user: event.user,
    image: (event.process.executable ?? event.process.name ?? '?').toLowerCase(),
    name: event.process.name,
    parentPid: event.process.parent.pid,
    parentName: event.process.parent.name,
    ancestors: start.ancestors.slice(0, maxAncestors).map(shorten),
    document: toEcs(event),
    rule,
    eventIds: [event.id],
    maliciousProbability: start.prediction.maliciousProbability,
    rarity: interim?.score,
  };
}

/** Bounds of what is written to the journal for each action. */
const maxAncestors = 32;
const maxLineLength = 2_048;

function shorten(ancestor: ScoredStart['ancestors'][number]): typeof ancestor {
  return { ...ancestor, commandLine: ancestor.commandLine?.slice(0, maxLineLength) };
}

function keyOf({ id, host, process }: ProcessEvent): string {
  return process.entityId ?? `${host.id ?? host.name ?? ''}/${process.pid ?? id}/${process.startMs ?? id}`;
}

/** `turn` tells apart what may be done to one process more than once, such as what people ask for. */
export function actionId(subject: ActionSubject, verb: JournalVerb, turn = ''): string {
  return hash('sha256', `${verb}\n${subject.key}\n${turn}`, 'hex').slice(0, 32);
}

/** What budgets count a user under. */
export function userKey({ id, name, domain }: User): string {
  return (id ?? `${domain ?? ''}\\${name ?? '?'}`).toLowerCase();
}

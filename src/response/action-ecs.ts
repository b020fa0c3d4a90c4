import { severityNumbers, type WireDocument } from '../alert/index.ts';
import type { Action, ActionEnd } from './action.ts';
import type { PersonCommand, StandDown } from './journal-port.ts';

/** What a document says about an action besides the journal's line. */
export interface ActionExtras {
  readonly rehearsal?: boolean;
  /** Facts that were taken for granted. */
  readonly assumed?: readonly string[];
}

/** The action as it goes over the wire: the event it comes from, turned into a document about the action. */
export function actionToEcs(action: Action, extras: ActionExtras = {}): WireDocument {
  const { subject, end, verb } = action;
  const { document } = subject;
  const isRefused = end !== undefined && end.refusals.length > 0;
  return {
    '@timestamp': new Date(end?.atMs ?? action.atMs).toISOString(),
    message: messageOf(action),
    event: {
      id: action.id,
      kind: 'event',
      module: 'problemchild',
      dataset: 'problemchild.action',
      category: ['process', 'intrusion_detection'],
      type: [isRefused ? 'denied' : 'change'],
      action: verb,
      outcome: end?.outcome ?? 'unknown',
      reason: end?.cause,
      code: end?.code,
      duration: end?.latencyMs === undefined ? undefined : Math.round(end.latencyMs * 1e6),
    },
    error: end?.outcome === 'failure' && !isRefused ? { code: end.code, message: end.cause } : undefined,
    rule: subject.rule,
    host: document['host'],
    user: document['user'],
    process: document['process'],
    problemchild: {
      refused: end?.refusals[0],
      refusals: isRefused ? end.refusals : undefined,
      event_ids: subject.eventIds,
      // Of an action that an earlier version wrote down nothing is said.
      unconfirmed: subject.isConfirmed === false ? true : undefined,
      malicious_probability: subject.maliciousProbability,
      response: {
        mode: action.mode,
        target: action.target,
        result: end?.result ?? 'intended',
        by: action.by,
        reason: action.reason,
        processes: end?.processes,
        latency_ms: end?.latencyMs,
        stopped_ms: end?.stoppedMs,
        rarity_score: subject.rarity,
        rehearsal: extras.rehearsal === true ? true : undefined,
        assumed: extras.assumed,
      },
    },
  };
}

function messageOf({ verb, subject, end }: Action): string {
  const name = subject.name ?? 'a process';
  if (end === undefined) return `${verb} ${name}: begun`;
  const [refused] = end.refusals;
  return refused === undefined ? `${verb} ${name}: ${end.result}` : `${verb} ${name}: ${refused}`;
}

/** What a person told the response to do, as it goes over the wire. */
export function commandToEcs({ atMs, name, by, reason, override }: PersonCommand): WireDocument {
  return {
    '@timestamp': new Date(atMs).toISOString(),
    message: `${name} by ${by}`,
    event: {
      kind: 'event',
      module: 'problemchild',
      dataset: 'problemchild.command',
      category: ['configuration'],
      type: ['change'],
      action: name,
      outcome: 'success',
      reason,
    },
    user: { name: by },
    problemchild: {
      response:
        override === undefined
          ? undefined
          : {
              mode: override.mode,
              rule_id: override.ruleId,
              until: new Date(override.untilMs).toISOString(),
            },
    },
  };
}

/** That the agent stands down, as the critical alert it is. */
export function standDownToEcs({ sinceMs, reason, by }: StandDown): WireDocument {
  return {
    '@timestamp': new Date(sinceMs).toISOString(),
    message: `The response stands down: ${reason}`,
    event: {
      kind: 'alert',
      module: 'problemchild',
      dataset: 'problemchild.action',
      category: ['intrusion_detection'],
      type: ['info'],
      action: 'stand-down',
      outcome: 'success',
      reason,
      severity: severityNumbers.critical,
    },
    problemchild: { severity: 'critical', response: { mode: 'audit', result: 'stood-down', by } },
  };
}

/** An end that nothing was done for. */
export function endWithout(
  atMs: number,
  result: 'audited' | 'rehearsed' | 'refused',
  refusals: ActionEnd['refusals'] = [],
): ActionEnd {
  return {
    atMs,
    outcome: result === 'refused' ? 'failure' : 'unknown',
    refusals,
    result,
    code: undefined,
    cause: undefined,
    processes: 0,
    latencyMs: undefined,
  };
}

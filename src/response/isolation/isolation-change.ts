import { severityNumbers, type WireDocument } from '../../alert/index.ts';
import type { RefusalCode } from '../guard/index.ts';

/** One thing that was done, or not done, about the host's isolation. Plain values: it is kept as JSON. */
export interface IsolationChange {
  /** Unique. */
  readonly id: string;
  readonly action: 'host-isolated' | 'host-isolation-updated' | 'host-released';
  readonly atMs: number;
  /** Who asked: `agent`, or the person. */
  readonly by: string;
  readonly reason: string;
  /** `unknown`: nothing was tried, in audit mode or a rehearsal. */
  readonly outcome: 'success' | 'failure' | 'unknown';
  readonly refusals: readonly RefusalCode[];
  /** What failed, in words. */
  readonly cause?: string | undefined;
  readonly host: string | undefined;
  readonly incidentId?: string | undefined;
  readonly untilMs?: number | undefined;
  readonly persistent?: boolean | undefined;
  readonly filters?: number | undefined;
  /** Whether a destination was reached through the filters; `untested`: there was none, or nobody asked for one. */
  readonly wayBack?: 'reached' | 'unreached' | 'untested' | undefined;
  /** Networks that may still be talked to. */
  readonly allowed?: readonly string[] | undefined;
  /** Names that had no address. */
  readonly unresolved?: readonly string[] | undefined;
  readonly isRehearsed?: true | undefined;
}

const results = {
  'host-isolated': 'isolated',
  'host-isolation-updated': 'updated',
  'host-released': 'released',
} as const;

/** The change as it goes over the wire. */
export function isolationToEcs(change: IsolationChange): WireDocument {
  const { id, action, atMs, by, reason, outcome, refusals, cause, host, incidentId } = change;
  const isRefused = refusals.length > 0;
  const result = isRefused
    ? 'refused'
    : outcome === 'failure'
      ? 'failed'
      : outcome === 'success'
        ? results[action]
        : change.isRehearsed === true
          ? 'rehearsed'
          : 'audited';
  return {
    '@timestamp': new Date(atMs).toISOString(),
    message: `${action}: ${refusals[0] ?? result}`,
    event: {
      id,
      kind: 'event',
      module: 'problemchild',
      dataset: 'problemchild.action',
      category: ['host', 'network'],
      type: [isRefused ? 'denied' : 'change'],
      action,
      outcome,
      reason,
      severity: severityNumbers.critical,
    },
    error: cause === undefined ? undefined : { message: cause },
    host: host === undefined ? undefined : { name: host },
    problemchild: {
      refused: refusals[0],
      refusals: isRefused ? refusals : undefined,
      incident_id: incidentId,
      isolation: {
        until: change.untilMs === undefined ? undefined : new Date(change.untilMs).toISOString(),
        persistent: change.persistent,
        filters: change.filters,
        way_back: change.wayBack,
        allowed: change.allowed,
        unresolved: change.unresolved,
      },
      response: { result, by, reason, rehearsal: change.isRehearsed },
    },
  };
}

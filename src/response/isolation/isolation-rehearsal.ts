import { hash } from 'node:crypto';
import type { Incident } from '../../alert/index.ts';
import type { IsolationChange } from './isolation-change.ts';
import { findIsolationRefusals } from './isolation-guard.ts';
import type { IsolationSettings } from './isolation-parts.ts';
import { requestFor } from './isolation-request.ts';

/**
 * What an armed policy would have done about the hosts of recorded incidents, in event time, by the end of each
 * incident: the guard is asked as it is live. That there is a way back is taken for granted.
 */
export function rehearseIsolation(
  incidents: readonly Incident[],
  settings: IsolationSettings,
): IsolationChange[] {
  const changes: IsolationChange[] = [];
  /** By host, when it was last isolated. */
  const isolatedMs = new Map<string, number>();
  for (const incident of incidents.toSorted((a, b) => a.endMs - b.endMs)) {
    const request = requestFor(incident, settings);
    if (request === undefined) continue;
    const { id, host, endMs } = incident;
    const key = host.id ?? host.name ?? '';
    const lastMs = isolatedMs.get(key);
    const refusals = findIsolationRefusals({
      byPerson: false,
      isKilled: false,
      isStoodDown: false,
      isThisHost: true,
      isIsolated: lastMs !== undefined && endMs < lastMs + request.forMs,
      nowMs: endMs,
      lastMs,
      minIntervalMs: settings.minIntervalMs,
      waysBack: 1,
      noWayBack: false,
    });
    if (refusals.length === 0) isolatedMs.set(key, endMs);
    changes.push({
      id: hash('sha256', `isolate\n${id}`, 'hex').slice(0, 32),
      action: 'host-isolated',
      atMs: endMs,
      by: 'rehearsal',
      reason: request.reason,
      outcome: refusals.length > 0 ? 'failure' : 'unknown',
      refusals,
      host: host.name,
      incidentId: id,
      untilMs: endMs + request.forMs,
      persistent: request.persistent,
      isRehearsed: true,
    });
  }
  return changes;
}

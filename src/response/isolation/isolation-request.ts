import { type Incident, severityNumbers } from '../../alert/index.ts';
import type { Severity } from '../../detection/index.ts';

/** Somebody wants the host isolated. */
export interface IsolationRequest {
  readonly by: string;
  readonly byPerson: boolean;
  readonly reason: string;
  readonly forMs: number;
  readonly persistent: boolean;
  /** A person says that no way back is needed: none is asked for and none is tested. */
  readonly noWayBack: boolean;
  readonly incident: { readonly id: string; readonly host: string | undefined } | undefined;
}

/** What the policy asks for because of an incident; `undefined` when nothing. */
export function requestFor(
  { id, severity, host }: Incident,
  settings: {
    readonly enabled: boolean;
    readonly minSeverity: Severity;
    readonly forMs: number;
    readonly persistent: boolean;
  },
): IsolationRequest | undefined {
  const { enabled, minSeverity, forMs, persistent } = settings;
  if (!enabled || severityNumbers[severity] < severityNumbers[minSeverity]) return undefined;
  return {
    by: 'agent',
    byPerson: false,
    reason: `incident ${id} of ${severity} severity`,
    forMs,
    persistent,
    noWayBack: false,
    incident: { id, host: host.name },
  };
}

import { type Alert, alertToEcs, severityNumbers } from '../../alert/index.ts';
import type { EventRule } from '../../detection/index.ts';
import type { OutboxEntry } from '../../forward/index.ts';
import { agentFacts } from '../forwarding.ts';

/** By which analysts filter what self-tests raise. It is among no rules: nothing is ever decided by it. */
export const selftestRule: EventRule = {
  kind: 'event',
  id: 'problemchild-selftest',
  name: 'ProblemChild self-test',
  description: 'Raised by `problemchild selftest` to show that alerts arrive. Nothing happened.',
  enabled: true,
  severity: 'low',
  riskScore: 21,
  threat: [],
  band: 'low',
  exclusions: [],
};

/** The alert under the self-test's own name, so that nobody takes it for an attack. */
export function createSelftestEntry(alert: Alert, mark: string): OutboxEntry {
  const document = alertToEcs({ ...alert, id: mark, rule: selftestRule });
  const { id, name } = selftestRule;
  return {
    eventId: mark,
    kind: 'alert',
    severity: severityNumbers[selftestRule.severity],
    ruleId: id,
    timeMs: alert.timeMs,
    document: JSON.stringify({
      ...document,
      message: `SELF-TEST: nothing happened; \`problemchild selftest\` raised this (${mark})`,
      tags: ['problemchild-selftest'],
      rule: { id, name, category: 'agent' },
      agent: { type: 'problemchild', version: agentFacts().version },
    }),
  };
}

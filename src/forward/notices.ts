import { hash } from 'node:crypto';
import type { Drop, OutboxEntry } from './outbox.ts';

/** Who speaks: what every document of the agent's own carries. */
export interface AgentFacts {
  readonly version: string;
  readonly hostName: string | undefined;
  readonly hostId: string | undefined;
}

interface Notice {
  readonly ruleId: string;
  readonly ruleName: string;
  readonly message: string;
  readonly severity: number;
  readonly timeMs: number;
  /** What makes this notice itself: the same text gives the same id. */
  readonly key: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const critical = 99;
const high = 73;

/** The alert that says what was given up before it could be sent. */
export function createDropNotice(drops: readonly Drop[], timeMs: number, agent: AgentFacts): OutboxEntry {
  const total = drops.reduce((sum, { count }) => sum + count, 0);
  return createNotice(
    {
      ruleId: 'problemchild-outbox-dropped',
      ruleName: 'Alerts were dropped before they could be forwarded',
      message: `${total} documents were dropped: the outbox, the disk or the dead letters were full, they had become too old, or their destination was removed`,
      severity: critical,
      timeMs,
      key: JSON.stringify(drops),
      details: { dropped: { total, by: drops } },
    },
    agent,
  );
}

/** The alert that says what a receiver will never take. */
export function createDeadLetterNotice(
  destination: string,
  count: number,
  example: { readonly eventId: string; readonly reason: string },
  timeMs: number,
  agent: AgentFacts,
): OutboxEntry {
  return createNotice(
    {
      ruleId: 'problemchild-dead-letter',
      ruleName: 'A receiver refused documents for good',
      message: `${destination} refused ${count} documents; see \`problemchild forward dead-letter\``,
      severity: high,
      timeMs,
      key: `${destination} ${count} ${example.eventId}`,
      details: {
        dead_letter: { destination, count, example: { event_id: example.eventId, reason: example.reason } },
      },
    },
    agent,
  );
}

/** The alert that says that the disk under the state file is full, or cannot be written for another reason. */
export function createDiskNotice(reason: string, timeMs: number, agent: AgentFacts): OutboxEntry {
  return createNotice(
    {
      ruleId: 'problemchild-state-unwritable',
      ruleName: 'The state file cannot be written',
      message: `The state file cannot be written (${reason}); alerts wait in memory and are sent from there`,
      severity: high,
      timeMs,
      key: reason,
      details: { unwritable: { reason } },
    },
    agent,
  );
}

/** The alert that says that the state file was damaged and a new one begun. */
export function createQuarantineNotice(
  { path, reason }: { readonly path: string; readonly reason: string },
  timeMs: number,
  agent: AgentFacts,
): OutboxEntry {
  return createNotice(
    {
      ruleId: 'problemchild-state-damaged',
      ruleName: 'The state file was damaged and has been moved aside',
      message: `The state file was damaged; what it held, unsent alerts too, is in ${path}`,
      severity: high,
      timeMs,
      key: path,
      details: { quarantine: { path, reason } },
    },
    agent,
  );
}

/** The alert that says that the state could not be read and the agent learns anew. */
export function createForgottenNotice(timeMs: number, agent: AgentFacts): OutboxEntry {
  return createNotice(
    {
      ruleId: 'problemchild-state-forgotten',
      ruleName: 'What the agent had learnt could not be read and was forgotten',
      message: 'What the agent had learnt on this host could not be read; it learns anew, and lost no alert',
      severity: high,
      timeMs,
      key: '',
      details: {},
    },
    agent,
  );
}

/** The marked alert that `forward test` sends. */
export function createTestAlert(destination: string, timeMs: number, agent: AgentFacts): OutboxEntry {
  return createNotice(
    {
      ruleId: 'problemchild-test',
      ruleName: 'Test of a destination',
      message: `TEST: this alert was sent by \`problemchild forward test\` to ${destination}; nothing happened`,
      severity: 21,
      timeMs,
      key: destination,
      details: { test: true },
    },
    agent,
  );
}

function createNotice(notice: Notice, agent: AgentFacts): OutboxEntry {
  const { ruleId, timeMs, severity, details } = notice;
  const eventId = hash('sha256', `${ruleId}\n${agent.hostName}\n${timeMs}\n${notice.key}`, 'hex').slice(
    0,
    32,
  );
  const document = createOwnDocument(timeMs, agent, {
    message: notice.message,
    event: {
      id: eventId,
      kind: 'alert',
      module: 'problemchild',
      dataset: 'problemchild.alert',
      category: ['host'],
      type: ['info'],
      severity,
    },
    rule: { id: ruleId, name: notice.ruleName, category: 'agent' },
    problemchild: details,
  });
  return { eventId, kind: 'alert', severity, ruleId, timeMs, document };
}

/** JSON of a document that is about the agent itself. */
export function createOwnDocument(
  timeMs: number,
  agent: AgentFacts,
  fields: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({
    '@timestamp': new Date(timeMs).toISOString(),
    ...fields,
    host: { name: agent.hostName, id: agent.hostId },
    agent: { type: 'problemchild', version: agent.version },
    ecs: { version: '8.17.0' },
  });
}

import { hash } from 'node:crypto';
import { severityNumbers } from '../alert/index.ts';
import { type AgentFacts, createOwnDocument, type OutboxEntry } from '../forward/index.ts';
import { describeNotice, type LiveNotice } from '../source/index.ts';
import { shortenEnd } from '../text/index.ts';

/** One notice, or several of the same kind that came close together, as one. */
export interface GatheredNotice {
  /** The last of them; sizes are sums. */
  readonly notice: LiveNotice;
  readonly count: number;
  /** Timestamp of the first. */
  readonly first: string;
}

type Level = keyof typeof severityNumbers;

/** How much each kind matters; what only says how things are is low. */
const levels: Readonly<Record<LiveNotice['kind'], Level>> = {
  'session-stopped': 'high',
  'session-started': 'medium',
  loss: 'medium',
  gap: 'medium',
  unread: 'medium',
  'source-error': 'medium',
  'sysmon-error': 'medium',
  blind: 'low',
  chosen: 'low',
};

const ruleId = 'problemchild-capture-stopped';
const rule = {
  id: ruleId,
  name: 'Tracing of process starts was stopped',
  description:
    'Somebody with administrative rights stopped the tracing session that the agent watches process starts with. Intruders do so before they act. The agent starts it again.',
  category: 'agent',
} as const;
const threat = [
  {
    framework: 'MITRE ATT&CK',
    tactic: { id: ['TA0005'], name: ['Defense Evasion'] },
    technique: {
      id: ['T1562'],
      name: ['Impair Defenses'],
      subtechnique: { id: ['T1562.006'], name: ['Indicator Blocking'] },
    },
  },
] as const;

/** Texts come from Windows and from whoever named a session. */
const maxTextLength = 1_024;
const nsPerMs = 1_000_000;

/** What tells two notices of a kind apart: the session, channel or capture they are about. */
export function subjectOf(notice: LiveNotice): string {
  if ('session' in notice) return notice.session;
  if ('channel' in notice) return notice.channel;
  return 'capture' in notice ? notice.capture : '';
}

/**
 * A notice as a document of the agent's health; as an alert where somebody stopped the capture. `serial` counts what this
 * run has told: the second of two within a millisecond is no duplicate of the first.
 */
export function toSourceNoticeEntry(
  gathered: GatheredNotice,
  agent: AgentFacts,
  serial: number,
): OutboxEntry {
  const { notice, count, first } = gathered;
  const timeMs = Date.parse(notice.timestamp);
  const isAlert = notice.kind === 'session-stopped';
  const severity = severityNumbers[levels[notice.kind]];
  const identity = [notice.source, notice.kind, subjectOf(notice), first, notice.timestamp, count, serial];
  const eventId = hash('sha256', `source notice\n${agent.hostName}\n${identity.join('\n')}`, 'hex').slice(
    0,
    32,
  );
  const text = shortenEnd(describeNotice(notice), maxTextLength);
  const document = createOwnDocument(timeMs, agent, {
    message: count === 1 ? text : `${text} (${count} times since ${first})`,
    event: {
      id: eventId,
      kind: isAlert ? 'alert' : 'event',
      module: 'problemchild',
      dataset: isAlert ? 'problemchild.alert' : 'problemchild.health',
      category: [isAlert ? 'intrusion_detection' : 'host'],
      type: [levels[notice.kind] === 'low' || isAlert ? 'info' : 'error'],
      action: `source-${notice.kind}`,
      severity,
      ...spanOf(notice),
    },
    ...(isAlert ? { rule, threat } : {}),
    problemchild: { severity: levels[notice.kind], source: factsOf(gathered) },
  });
  return {
    eventId,
    kind: isAlert ? 'alert' : 'health',
    severity,
    ...(isAlert ? { ruleId } : {}),
    timeMs,
    document,
  };
}

/** When nobody watched. */
function spanOf(notice: LiveNotice): Readonly<Record<string, unknown>> {
  const start =
    notice.kind === 'blind' ? notice.since : notice.kind === 'session-started' ? notice.stoppedAt : undefined;
  if (start === undefined) return {};
  const durationMs = Date.parse(notice.timestamp) - Date.parse(start);
  // Not so where the clock was set back, or the bookmark is damaged.
  return durationMs >= 0 ? { start, end: notice.timestamp, duration: durationMs * nsPerMs } : {};
}

function factsOf({ notice, count, first }: GatheredNotice): Readonly<Record<string, unknown>> {
  const { source, kind, timestamp: _, ...rest } = notice;
  const facts: Record<string, unknown> = { name: source, notice: kind, count, first };
  for (const [name, value] of Object.entries(rest)) {
    facts[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] =
      typeof value === 'string' ? shortenEnd(value, maxTextLength) : value;
  }
  return facts;
}

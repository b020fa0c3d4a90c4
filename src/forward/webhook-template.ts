import { escapeHidden, shortenEnd, shortenMiddle } from '../text/index.ts';
import type { QueuedEntry } from './outbox.ts';
import { textAt } from './syslog-fields.ts';

export type WebhookTemplate = 'json' | 'slack' | 'teams';

/** Fields that a person reads first. */
const shownFields = [
  ['Host', 'host.name'],
  ['User', 'user.name'],
  ['Process', 'process.executable'],
  ['Command line', 'process.command_line'],
  ['Parent', 'process.parent.executable'],
  ['Probability', 'problemchild.malicious_probability'],
] as const;

const maxFieldLength = 1_000;

interface Shown {
  readonly title: string;
  readonly text: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

function show(entry: QueuedEntry, document: unknown): Shown {
  const clean = (text: string, length: number): string => shortenMiddle(escapeHidden(text), length);
  return {
    title: clean(textAt(document, 'rule.name') ?? entry.kind, 140),
    text: clean(textAt(document, 'message') ?? '', maxFieldLength),
    fields: shownFields.flatMap(([name, path]) => {
      const value = textAt(document, path);
      return value === undefined ? [] : [[name, clean(value, maxFieldLength)] as const];
    }),
  };
}

function levelOf({ severity, kind }: QueuedEntry): string {
  if (kind === 'health') return 'health';
  if (severity >= 99) return 'critical';
  if (severity >= 73) return 'high';
  return severity >= 47 ? 'medium' : 'low';
}

/** Slack refuses a message with a longer field, so whoever chose the text could keep it from arriving. */
const maxSlackFieldLength = 1_900;

/** Slack knows three characters of markup; a backquote would end the code it is shown in. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', 'ˋ');
}

/** Escaped and then no longer than Slack takes: an ampersand becomes five characters. */
function fitSlack(text: string): string {
  for (let length = maxSlackFieldLength; ; length = Math.floor(length / 2)) {
    const escaped = escapeSlack(shortenMiddle(text, length));
    if (escaped.length <= maxSlackFieldLength) return escaped;
  }
}

function slack(entry: QueuedEntry, { title, text, fields }: Shown): object {
  const head = `[${levelOf(entry)}] ${title}`;
  return {
    text: fitSlack(`${head}: ${text}`),
    mrkdwn: false,
    // Slack would fetch whatever a command line links to.
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: shortenEnd(head, 150), emoji: false } },
      { type: 'section', text: { type: 'plain_text', text: text === '' ? head : text, emoji: false } },
      ...(fields.length === 0
        ? []
        : [
            {
              type: 'section',
              fields: fields.map(([name, value]) => ({
                type: 'mrkdwn',
                text: `*${name}*\n\`${fitSlack(value)}\``,
                // No links, mentions or channels made of what looks like one.
                verbatim: true,
              })),
            },
          ]),
      {
        type: 'context',
        elements: [{ type: 'plain_text', text: `event.id ${entry.eventId}`, emoji: false }],
      },
    ],
  };
}

/** In an adaptive card, text is Markdown. */
function escapeTeams(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|~<>-]/g, '\\$&');
}

function teams(entry: QueuedEntry, { title, text, fields }: Shown): object {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      {
        type: 'TextBlock',
        size: 'Large',
        weight: 'Bolder',
        wrap: true,
        text: escapeTeams(`[${levelOf(entry)}] ${title}`),
      },
      { type: 'TextBlock', wrap: true, text: escapeTeams(text) },
      { type: 'FactSet', facts: fields.map(([name, value]) => ({ title: name, value: escapeTeams(value) })) },
      { type: 'TextBlock', isSubtle: true, size: 'Small', text: `event.id ${escapeTeams(entry.eventId)}` },
    ],
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** Bodies of the requests that carry the entries: generic JSON takes them all in one, chats take one at a time. */
export function renderWebhook(
  template: WebhookTemplate,
  entries: readonly QueuedEntry[],
  prepare: (entry: QueuedEntry) => string,
): readonly string[] {
  if (template === 'json') return [`{"events":[${entries.map(prepare).join(',')}]}`];
  const render = template === 'slack' ? slack : teams;
  return entries.map((entry) => JSON.stringify(render(entry, show(entry, JSON.parse(prepare(entry))))));
}

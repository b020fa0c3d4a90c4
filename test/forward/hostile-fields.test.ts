import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFieldMap } from '../../src/forward/field-map.ts';
import type { QueuedEntry } from '../../src/forward/index.ts';
import { formatSyslog } from '../../src/forward/syslog-message.ts';
import { renderWebhook } from '../../src/forward/webhook-template.ts';
import { escapeHidden } from '../../src/text/index.ts';
import { makeQueued } from '../support/outbox-entry.ts';
import { parseCef, parseLeef, parseSyslog } from '../support/siem-parsers.ts';

/** What formats and readers stumble over, and a little of everything else. */
const unit = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('\\', '"', ']', '[', '|', '=', '\t', '\n', '\r', '`', '&', '<', '>'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(' ', '*', '_', '~', '@', '!', '#', ':', '/', '(', ')', '{', '}', 'a', 'n'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\u0000',
      '\u001b',
      '\u0085',
      '\u009b',
      '\u2028',
      '\u202e',
      '\ufeff',
      '\ud800',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ä', '漢', '😀', 'CEF:0|', ' msg=', '<!channel>', '@everyone', '](http://x)'),
  },
);
const text = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit, minLength: 1_500, maxLength: 2_500 }) },
  { weight: 1, arbitrary: unit.map((one) => one.repeat(3_000)) },
);
const hostile = fc
  .record({
    host: text,
    user: text,
    process: text,
    line: text,
    rule: text,
    name: text,
    message: text,
    dataset: text,
  })
  .map((fields): { fields: typeof fields; entry: QueuedEntry } => {
    const document = JSON.stringify({
      '@timestamp': '2026-11-18T09:41:22.001Z',
      message: fields.message,
      event: { id: 'e1', kind: 'alert', severity: 73, dataset: fields.dataset },
      host: { name: fields.host },
      user: { name: fields.user },
      rule: { id: fields.rule, name: fields.name },
      process: { name: fields.process, command_line: fields.line, executable: fields.line },
    });
    return { fields, entry: makeQueued(1, { eventId: 'e1', ruleId: fields.rule, document }) };
  });
const prepare = compileFieldMap({});
const limits = fc.constantFrom(480, 1_024, 2_048, 8_192, 65_536);
const about = { facility: 13, agentVersion: '0.1.0', hostName: 'fallback', processId: 4_294_967_295 };

function write(entry: QueuedEntry, message: 'json' | 'cef' | 'leef', maxMessageBytes: number) {
  const line = formatSyslog(entry, prepare(entry), { ...about, message, maxMessageBytes });
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxMessageBytes);
  expect(line).not.toMatch(message === 'leef' ? /(?!\t)[\p{Cc}\u2028\u2029]/u : /[\p{Cc}\u2028\u2029]/u);
  return parseSyslog(line);
}

/** What is left of a text where it stands: it may be cut, but not turned into something else. */
function expectPart(found: string | undefined, whole: string): void {
  if (found === undefined) return;
  const [start = '', end] = found.split('…');
  if (end === undefined) expect(found).toBe(whole);
  else expect(whole.startsWith(start) && whole.endsWith(end)).toBe(true);
}

const oneLine = (value: string): string => escapeHidden(value.replace(/[\t\r\n]+/g, ' '));

describe('whatever the fields of a document hold', () => {
  it('syslog keeps to RFC 5424 and its limit, and the JSON in it stays JSON', () => {
    fc.assert(
      fc.property(hostile, limits, ({ fields, entry }, limit) => {
        const { structuredData, hostName, body } = write(entry, 'json', limit);
        expect(structuredData['id']).toBe('e1');
        expect(hostName).not.toBe('');
        expectPart(structuredData['rule'], escapeHidden(fields.rule));
        expectPart(structuredData['process'], escapeHidden(fields.process));
        const document = JSON.parse(body) as { event: { id: string }; problemchild?: { trimmed: boolean } };
        expect(document.event.id).toBe('e1');
        if (document.problemchild?.trimmed !== true) {
          expect(document).toEqual(JSON.parse(entry.document));
        }
      }),
    );
  });

  it('CEF has its seven fields, and no key that was not written', () => {
    fc.assert(
      fc.property(hostile, limits, ({ fields, entry }, limit) => {
        const { header, extension } = parseCef(write(entry, 'cef', limit).body);
        expect(header.slice(0, 4)).toEqual(['0', 'ProblemChild', 'problemchild-agent', '0.1.0']);
        expectPart(
          header[4],
          escapeHidden((fields.rule || fields.dataset || 'problemchild').replace(/[\r\n]+/g, ' ')),
        );
        expect(header[6]).toBe('7');
        const known = /^(rt|externalId|dvchost|suser|dproc|cs[13](Label)?|filePath|msg)$/;
        for (const key of Object.keys(extension)) expect(key).toMatch(known);
        const lines = (value: string) =>
          value
            .split(/\r\n|\r|\n/)
            .map(escapeHidden)
            .join('\n');
        expectPart(extension['suser'], lines(fields.user));
        expectPart(extension['cs3'], lines(fields.line));
        if (limit > 2_000) expect(extension).toMatchObject({ rt: '1794994882001', externalId: 'e1' });
      }),
    );
  });

  it('LEEF has its five fields, and no attribute that was not written', () => {
    fc.assert(
      fc.property(hostile, limits, ({ fields, entry }, limit) => {
        const { header, attributes } = parseLeef(write(entry, 'leef', limit).body);
        expect(header.slice(0, 4)).toEqual(['1.0', 'ProblemChild', 'problemchild-agent', '0.1.0']);
        const known =
          /^(sev|cat|devTime|devTimeFormat|eventId|identHostName|usrName|process|ruleId|processPath|msg|commandLine)$/;
        for (const key of Object.keys(attributes)) expect(key).toMatch(known);
        expectPart(attributes['usrName'], oneLine(fields.user));
        expectPart(attributes['commandLine'], oneLine(fields.line));
      }),
    );
  });

  it('a Slack message is within its limits, calls nobody and links nowhere', () => {
    fc.assert(
      fc.property(hostile, ({ entry }) => {
        const [body = ''] = renderWebhook('slack', [entry], prepare);
        const message = JSON.parse(body) as { text: string; mrkdwn: boolean };
        expect(message).toMatchObject({ mrkdwn: false, unfurl_links: false, unfurl_media: false });
        expect(message.text.length).toBeLessThanOrEqual(3_000);
        expect(message.text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
        for (const { type, text: shown, verbatim } of textsIn(message)) {
          expect(shown).toMatch(/^[^\p{Cc}\u2028\u2029]*$|^\*[A-Z][a-z ]+\*\n`[^\p{Cc}`]*`$/u);
          expect(shown.length).toBeLessThanOrEqual(2_000);
          if (type === 'plain_text') continue;
          expect(verbatim).toBe(true);
          expect(shown).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
        }
      }),
    );
  });

  it('a card for Teams is within its limit, and its text has no markup', () => {
    fc.assert(
      fc.property(hostile, ({ entry }) => {
        const [body = ''] = renderWebhook('teams', [entry], prepare);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(28_000);
        const { attachments } = JSON.parse(body) as { attachments: { content: { body: object[] } }[] };
        const shown = JSON.stringify(attachments[0]?.content.body, (key, value: unknown) =>
          key === 'title' ? undefined : value,
        );
        for (const [, value = ''] of shown.matchAll(/"(?:text|value)":("(?:[^"\\]|\\.)*")/g)) {
          const written = JSON.parse(value) as string;
          expect(written).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          expect(written.replace(/\\[\\`*_{}[\]()#+!|~<>-]/g, '')).not.toMatch(/[\\`*_{}[\]()#+!|~<>]/);
        }
      }),
    );
  });

  it('a field map only moves what it names', () => {
    const name = fc.constantFrom('host', 'user', '__proto__', 'constructor', 'toString', 'a', 'b');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'));
    fc.assert(
      fc.property(hostile, fc.dictionary(path, fc.option(path)), ({ fields, entry }, map) => {
        const moved = compileFieldMap(map)(entry);
        expect(moved).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        const document = JSON.parse(moved) as Record<string, unknown>;
        expect(document['event']).toEqual((JSON.parse(entry.document) as { event: unknown }).event);
        expect(document['message']).toBe(fields.message);
        expect(({} as Record<string, unknown>)['name']).toBeUndefined();
      }),
    );
  });
});

interface SlackText {
  readonly type: string;
  readonly text: string;
  readonly verbatim?: boolean;
}

/** All text objects of a message. */
function textsIn(value: unknown): SlackText[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text: shown } = value as Partial<SlackText>;
  const own = type !== undefined && typeof shown === 'string' ? [value as SlackText] : [];
  return [...own, ...Object.values(value).flatMap(textsIn)];
}

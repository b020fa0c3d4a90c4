import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCef, formatLeef } from '../../src/forward/cef.ts';
import { formatSyslog, type SyslogFormat } from '../../src/forward/syslog-message.ts';
import { trimDocument } from '../../src/forward/trim-document.ts';
import { makeQueued } from '../support/outbox-entry.ts';

const format: SyslogFormat = {
  message: 'json',
  facility: 13,
  maxMessageBytes: 8_192,
  agentVersion: '0.1.0',
  hostName: 'fallback',
  processId: 4240,
};

/** RFC 5424: PRI VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA SP MSG */
const grammar =
  /^<(\d{1,3})>1 (\S+) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) \[([\x21-\x7e]{1,32})((?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")*)\] ([\s\S]*)$/u;

function alertOf(fields: object) {
  return JSON.stringify({ '@timestamp': '2026-11-18T09:41:22.001Z', ...fields });
}

describe('formatSyslog', () => {
  it('is the message that RFC 5424 describes', () => {
    const entry = makeQueued(1);
    expect(formatSyslog(entry, entry.document, format)).toBe(
      `<107>1 2026-11-18T09:41:22.001Z WS-0417 problemchild 4240 alert [problemchild@32473 id="alert-00000001" severity="73" rule="rule-1"] ${entry.document}`,
    );
  });

  it.each([
    [99, 'alert', 106],
    [73, 'alert', 107],
    [47, 'incident', 108],
    [21, 'action', 109],
    [99, 'health', 110],
  ] as const)('maps severity %i of %s to priority %i', (severity, kind, priority) => {
    const entry = makeQueued(1, { severity, kind });
    expect(formatSyslog(entry, entry.document, format)).toMatch(new RegExp(`^<${priority}>1 `));
  });

  it('keeps to the grammar and the limit whatever a document holds, and the JSON stays JSON', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.integer({ min: 480, max: 3_000 }),
        (name, user, line, maxMessageBytes) => {
          const document = alertOf({
            message: line,
            event: { id: 'e1', kind: 'alert', severity: 73 },
            host: { name },
            user: { name: user },
            process: { name, command_line: line.repeat(20), parent: { command_line: line } },
            problemchild: { ancestors: [{ command_line: line }] },
          });
          const entry = makeQueued(1, { document, ruleId: user.slice(0, 40) });
          const message = formatSyslog(entry, document, { ...format, maxMessageBytes });
          expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maxMessageBytes);
          const found = grammar.exec(message);
          expect(found).not.toBeNull();
          const body = JSON.parse(found?.[9] ?? '') as { event: { id: string } };
          expect(body.event.id).toBe('e1');
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('trimDocument', () => {
  it('gives up context before the process itself, and says so', () => {
    const document = {
      event: { id: 'e1' },
      process: { command_line: 'c'.repeat(300) },
      problemchild: { triage: { text: 't'.repeat(500) }, ancestors: [] },
    };
    expect(JSON.parse(trimDocument(document, 600))).toEqual({
      event: { id: 'e1' },
      process: { command_line: 'c'.repeat(300) },
      problemchild: { ancestors: [], trimmed: true },
    });
    expect(document.problemchild.triage).toBeDefined();
  });

  it('says so to the last', () => {
    const document = { event: { id: 'e1' }, process: { name: 'p'.repeat(90) }, problemchild: { mode: 'm' } };
    expect(JSON.parse(trimDocument(document, 70))).toEqual({
      event: { id: 'e1' },
      problemchild: { trimmed: true },
    });
  });
});

const process = {
  name: 'certutil.exe',
  pid: 42,
  executable: 'C:\\Windows\\System32\\certutil.exe',
  command_line: 'certutil -urlcache a=b|c\nd',
};
const document = {
  '@timestamp': '2026-11-18T09:41:22.001Z',
  message: 'Rule: certutil.exe',
  event: { id: 'e1', dataset: 'problemchild.alert' },
  rule: { id: 'r|1', name: 'A rule = with \\ signs' },
  host: { name: 'WS-0417' },
  user: { name: 'anna\tb' },
  process,
};
const about = { version: '0.1.0', severity: 73 };

describe('CEF and LEEF', () => {
  it('escape what separates fields', () => {
    expect(formatCef(document, about, 4_000)).toBe(
      'CEF:0|ProblemChild|problemchild-agent|0.1.0|r\\|1|A rule = with \\\\ signs|7|rt=1794994882001 externalId=e1 dvchost=WS-0417 suser=anna\\\\tb dpid=42 dproc=certutil.exe cs1Label=ruleId cs1=r|1 filePath=C:\\\\Windows\\\\System32\\\\certutil.exe msg=Rule: certutil.exe cs3Label=commandLine cs3=certutil -urlcache a\\=b|c\\nd',
    );
    expect(formatLeef(document, about, 4_000)).toBe(
      [
        'LEEF:1.0|ProblemChild|problemchild-agent|0.1.0|r_1|sev=7',
        'cat=problemchild.alert',
        'devTime=2026-11-18T09:41:22.001Z',
        "devTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX",
        'eventId=e1',
        'identHostName=WS-0417',
        'usrName=anna b',
        'pid=42',
        'process=certutil.exe',
        'ruleId=r|1',
        'processPath=C:\\Windows\\System32\\certutil.exe',
        'msg=Rule: certutil.exe',
        'commandLine=certutil -urlcache a=b|c d',
      ].join('\t'),
    );
  });

  it('keep to the limit, and to one line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 2_000 }),
        fc.integer({ min: 800, max: 2_000 }),
        (text, max) => {
          const hostile = { ...document, user: { name: text }, process: { ...process, command_line: text } };
          for (const line of [formatCef(hostile, about, max), formatLeef(hostile, about, max)]) {
            expect(Buffer.byteLength(line)).toBeLessThanOrEqual(max);
            expect(line).not.toMatch(/\p{Cc}(?<!\t)/u);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileFieldMap } from '../../src/forward/field-map.ts';
import { compileFilter } from '../../src/forward/filter.ts';
import { createHealthEntry, SecretOpener } from '../../src/forward/index.ts';
import { makeEntry, makeQueued } from '../support/outbox-entry.ts';

const folder = mkdtempSync(join(tmpdir(), 'pc-settings-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a filter', () => {
  const all = { minSeverity: 0, kinds: [], rules: [] };
  it.each([
    ['everything', all, {}, true],
    ['what is severe enough', { ...all, minSeverity: 73 }, { severity: 73 }, true],
    ['nothing less severe', { ...all, minSeverity: 74 }, { severity: 73 }, false],
    ['health, whose severity is none', { ...all, minSeverity: 99 }, { kind: 'health', severity: 0 }, true],
    ['only its kinds', { ...all, kinds: ['incident'] }, {}, false],
    ['no health where other kinds are named', { ...all, kinds: ['alert'] }, { kind: 'health' }, false],
    ['alerts of its rules', { ...all, rules: ['rule-1'] }, {}, true],
    ['no alerts of others', { ...all, rules: ['rule-2'] }, {}, false],
    [
      'incidents, which have no rule',
      { ...all, rules: ['rule-2'] },
      { kind: 'incident', ruleId: undefined },
      true,
    ],
  ] as const)('lets through %s', (_, filter, changes, expected) => {
    expect(compileFilter(filter)(makeEntry(1, changes))).toBe(expected);
  });
});

describe('a field map', () => {
  const map = (fields: Record<string, string | null>, document: object): unknown =>
    JSON.parse(compileFieldMap(fields)(makeQueued(1, { document: JSON.stringify(document) })));

  it('renames, moves and leaves out', () => {
    const document = {
      process: { name: 'a', command_line: 'b' },
      user: { name: 'anna' },
      host: { name: 'h' },
    };
    const fields = {
      'process.command_line': 'CommandLine',
      'user.name': null,
      'host.name': 'device.host.name',
      nothing: 'x',
    };
    expect(map(fields, document)).toEqual({
      process: { name: 'a' },
      user: {},
      host: {},
      CommandLine: 'b',
      device: { host: { name: 'h' } },
    });
  });

  it('lets two fields change places, and no name reach a prototype', () => {
    expect(map({ a: 'b', b: 'a' }, { a: 1, b: 2 })).toEqual({ a: 2, b: 1 });
    map({ a: '__proto__.polluted' }, { a: 'yes' });
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it('leaves a document as it is where there is nothing to map', () => {
    const entry = makeQueued(1, { document: '{"a": 1}' });
    expect(compileFieldMap({})(entry)).toBe('{"a": 1}');
  });
});

describe('secrets', () => {
  const file = (mode: number, text: string | Buffer = 'from-file\r\n'): string => {
    const path = join(folder, `secret-${mode.toString(8)}-${text.length}`);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  it('come from where they are kept, and are remembered for the redactor', () => {
    const told: string[] = [];
    const opener = new SecretOpener({
      env: { KEY: 'from-env' },
      unprotect: (text) => `opened ${text}`,
      onOpened: (secret) => told.push(secret),
    });
    expect(opener.open('plain')).toBe('plain');
    expect(opener.open({ env: 'KEY' })).toBe('from-env');
    expect(opener.open({ file: file(0o600) })).toBe('from-file');
    expect(opener.open({ dpapi: 'AQAA' })).toBe('opened AQAA');
    expect(opener.openOptional(null)).toBeUndefined();
    expect(told).toEqual(['plain', 'from-env', 'from-file', 'opened AQAA', 'opened%20AQAA']);
    expect(opener.redact('it said: opened AQAA, from-env')).toBe('it said: [redacted], [redacted]');
  });

  it('are refused with the reason', () => {
    const opener = new SecretOpener({ env: { EMPTY: '' } });
    const reason = (ref: Parameters<SecretOpener['open']>[0]): string => {
      try {
        opener.open(ref);
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error('it was not refused');
    };
    expect(reason({ env: 'EMPTY' })).toBe('the environment variable EMPTY is not set');
    expect(reason({ dpapi: 'AQAA' })).toContain('on Windows only');
    expect(reason({ file: join(folder, 'missing') })).toContain('ENOENT');
    expect(reason({ file: folder })).toMatch(/no regular file|EISDIR/);
    expect(reason({ file: file(0o600, '\n') })).toContain('empty');
    const utf16 = Buffer.from('\ufefftoken\r\n', 'utf16le');
    expect(reason({ file: file(0o600, utf16) })).toContain('no text in UTF-8');
    expect(reason({ file: file(0o600, utf16.subarray(2)) })).toContain('no text in UTF-8');
    if (process.platform !== 'win32') {
      expect(reason({ file: file(0o644) })).toContain('others may read or write it');
      expect(reason({ file: file(0o620) })).toContain('others may read or write it');
    }
  });
});

describe('secrets in headers', () => {
  const open = (secret: string): string =>
    new SecretOpener({ env: { KEY: secret } }).openForHeader({ env: 'KEY' }, 'the token');

  it('end before the line end that editors and shells leave', () => {
    expect(open('a-token\r\n')).toBe('a-token');
    const path = join(folder, 'with-mark');
    writeFileSync(path, '\ufeffa-token\n', { mode: 0o600 });
    expect(new SecretOpener({ env: {} }).openForHeader({ file: path }, 'the token')).toBe('a-token');
  });

  it.each(['a\r\nHost: evil.test', 'a\nb', 'a\tb', 'a\u0000b', 'ä', 'a\u007f'])(
    'are refused where they would end it: %j',
    (secret) => {
      expect(() => open(secret)).toThrow(
        expect.objectContaining({
          code: 'PC_FORWARD_SECRET',
          message: 'the token holds a line end or another character that no HTTP header may hold',
        }),
      );
    },
  );
});

describe('the heartbeat', () => {
  it('is a metric document that says what is wrong', () => {
    const health = {
      uptimeMs: 60_000.4,
      responseMode: 'audit',
      modelHash: 'ab'.repeat(32),
      counters: { read: 10, scored: 9 },
      outbox: { entries: 3, bytes: 900, deadLetters: 1, dropped: 0, held: 0 },
      destinations: [{ name: 'siem', state: 'waiting', waiting: 3, failures: 2 }],
      problems: ['siem cannot be reached'],
    };
    const agent = { version: '0.1.0', hostName: 'WS-0417', hostId: undefined };
    const entry = createHealthEntry(health, Date.UTC(2026, 10, 18), agent);
    expect(entry).toMatchObject({ kind: 'health', severity: 0 });
    expect(JSON.parse(entry.document)).toMatchObject({
      '@timestamp': '2026-11-18T00:00:00.000Z',
      message: 'siem cannot be reached',
      event: { id: entry.eventId, kind: 'metric', dataset: 'problemchild.health', outcome: 'failure' },
      problemchild: {
        health: {
          uptime_ms: 60_000,
          response_mode: 'audit',
          counters: { read: 10 },
          outbox: { dead_letters: 1 },
        },
      },
      agent: { version: '0.1.0' },
    });
    expect(createHealthEntry(health, Date.UTC(2026, 10, 18, 1), agent).eventId).not.toBe(entry.eventId);
  });
});

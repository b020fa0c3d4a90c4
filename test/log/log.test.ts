import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CappedFile } from '../../src/log/capped-file.ts';
import { cleanFields, fieldLimits } from '../../src/log/clean-fields.ts';
import { createLog, createRedactor, isSecretName, type LogOptions, redacted } from '../../src/log/index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-log-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function collect() {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, next) {
      text += String(chunk);
      next();
    },
  });
  return { stream, read: () => text };
}

function open(options: Partial<LogOptions> = {}, secrets: readonly string[] = []) {
  const stderr = collect();
  const log = createLog(
    { level: 'info', file: null, maxFileBytes: 65_536, maxFiles: 3, ...options },
    { stderr: stderr.stream, clock: { nowMs: () => Date.UTC(2026, 0, 2) } },
  );
  for (const secret of secrets) log.hide(secret);
  return { log, read: stderr.read };
}

const same = (text: string): string => text;

describe('the terminal', () => {
  it('receives plain lines of the level and above', async () => {
    const { log, read } = open();
    log.debug('Not shown');
    log.info('File read', { file: 'a b.evtx', records: 3, ok: true, list: [1, 'x'] });
    log.child({ source: 'stdin' }).warn('Slow', { ms: 5 });
    await log.close();
    expect(read()).toBe(
      '2026-01-02T00:00:00.000Z info  File read file="a b.evtx" records=3 ok=true list=[1,"x"]\n' +
        '2026-01-02T00:00:00.000Z warn  Slow source=stdin ms=5\n',
    );
  });

  it('may go away without taking the agent along', async () => {
    const stderr = new Writable({
      write(_chunk, _encoding, next) {
        next(new Error('EPIPE'));
      },
    });
    const file = join(folder, 'agent.log');
    const log = createLog(
      { level: 'info', file, maxFileBytes: 65_536, maxFiles: 2 },
      { stderr, clock: { nowMs: () => 0 } },
    );
    log.info('One');
    await new Promise(setImmediate);
    log.info('Two');
    await log.close();
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
  });
});

describe('the file', () => {
  it('holds one JSON document a line, at once', async () => {
    const file = join(folder, 'sub', 'agent.log');
    const { log } = open({ file });
    log.error('Failed', { error: Object.assign(new Error('a\nb'), { code: 'EX' }) });
    const document = JSON.parse(readFileSync(file, 'utf8'));
    expect(document).toMatchObject({
      '@timestamp': '2026-01-02T00:00:00.000Z',
      'log.level': 'error',
      message: 'Failed',
      fields: { error: { name: 'Error', code: 'EX', message: 'a\\nb' } },
    });
    await log.close();
  });

  it('keeps to its size and loses no line while it rotates', async () => {
    const file = join(folder, 'agent.log');
    const { log } = open({ file });
    const count = 2000;
    for (let number = 0; number < count; number += 1) log.info('Line', { number, padding: 'x'.repeat(100) });
    await log.close();
    const names = readdirSync(folder).sort();
    expect(names).toEqual(['agent.log', 'agent.log.1', 'agent.log.2']);
    for (const name of names) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(65_536);
    const numbers = ['agent.log.2', 'agent.log.1', 'agent.log']
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
      .map((line) => JSON.parse(line).fields.number as number);
    const first = numbers[0] ?? -1;
    expect(first).toBeGreaterThan(0);
    expect(numbers).toEqual(Array.from({ length: count - first }, (_, index) => first + index));
  });

  it('goes on where an earlier run stopped', async () => {
    const file = join(folder, 'agent.log');
    writeFileSync(file, `${'x'.repeat(65_500)}\n`);
    const { log } = open({ file });
    log.info('New');
    await log.close();
    expect(statSync(`${file}.1`).size).toBe(65_501);
    expect(readFileSync(file, 'utf8')).toContain('New');
  });

  it('is truncated when it cannot be moved, so that the cap holds', () => {
    const path = join(folder, 'agent.log');
    // A folder in the way that cannot be replaced by a file.
    mkdirSync(join(folder, 'agent.log.1', 'x'), { recursive: true });
    const file = new CappedFile({ path, maxBytes: 100, maxFiles: 2 });
    for (let i = 0; i < 20; i += 1) expect(file.write(`line ${i} ${'x'.repeat(20)}`)).toBe(true);
    file.close();
    expect(statSync(path).size).toBeLessThanOrEqual(100);
    expect(readFileSync(path, 'utf8')).toContain('line 19');
  });

  it('counts the lines that the disk refused, and recovers', () => {
    const path = join(folder, 'sub', 'agent.log');
    const file = new CappedFile({ path, maxBytes: 70, maxFiles: 1 });
    expect(file.write('x'.repeat(60))).toBe(true);
    rmSync(join(folder, 'sub'), { recursive: true });
    expect([file.write('y'.repeat(60)), file.write('z'), file.lost]).toEqual([false, false, 2]);
    mkdirSync(join(folder, 'sub'));
    expect([file.write('back'), file.lost]).toEqual([true, 0]);
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('back\n');
  });

  it.skipIf(process.platform === 'win32').each(['link', 'folder', 'device'])(
    'is not opened through or as a %s',
    (kind) => {
      const file = join(folder, 'agent.log');
      if (kind === 'link') symlinkSync(join(folder, 'elsewhere'), file);
      if (kind === 'folder') mkdirSync(file);
      const path = kind === 'device' ? '/dev/null' : file;
      expect(() => open({ file: path })).toThrow(expect.objectContaining({ code: 'PC_LOG_UNWRITABLE' }));
    },
  );
});

describe('fields', () => {
  it.each([
    [
      { a: undefined, b: null, c: Number.NaN, d: 5n },
      { b: null, c: 'NaN', d: '5' },
    ],
    [
      { a: new Date(0), b: new Date(Number.NaN) },
      { a: '1970-01-01T00:00:00.000Z', b: '(invalid date)' },
    ],
    [
      { a: Buffer.from('abc'), b: () => 1, c: Symbol('x') },
      { a: '(3 bytes)', b: '(function)', c: '(symbol)' },
    ],
    [
      { a: new Map([['k', 1]]), b: new Set([1]) },
      { a: { k: 1 }, b: [1] },
    ],
    [{ a: { b: { c: { d: { e: 1 } } } } }, { a: { b: { c: { d: '(map)' } } } }],
    [{ 'a\u001b': '\u202e' }, { 'a\\x1b': '\\u{202e}' }],
    [
      { password: 'p', apiKey: 'k', token: { elevated: true } },
      { password: redacted, apiKey: redacted, token: { elevated: true } },
    ],
  ])('%o', (fields, clean) => {
    expect(cleanFields(fields, same)).toEqual(clean);
  });

  it('are bounded in number, and say how many are left out', () => {
    const clean = cleanFields({ list: Array.from({ length: 100 }, (_, i) => i) }, same) as {
      list: unknown[];
    };
    expect(clean.list).toHaveLength(fieldLimits.maxEntries + 1);
    expect(clean.list.at(-1)).toBe('(68 more)');
  });

  it('survive cycles and getters that throw', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(cleanFields(cycle, same)).toEqual({ self: { self: { self: { self: '(map)' } } } });
    const trap = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(cleanFields(trap, same)).toEqual({ '…': '(unreadable)' });
  });

  it('whatever they are, make one bounded line without control characters', async () => {
    const anything = fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withSparseArray: true,
      }),
    );
    await fc.assert(
      fc.asyncProperty(anything, fc.string({ unit: 'binary' }), async (fields, text) => {
        const file = join(folder, 'agent.log');
        rmSync(file, { force: true });
        const { log, read } = open({ file });
        log.info('Event', { text, ...fields });
        await log.close();
        for (const line of [read(), readFileSync(file, 'utf8')]) {
          expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+\n$/u);
          expect(line.length).toBeLessThan(32_768);
        }
      }),
      { numRuns: Number(process.env['PC_FUZZ_RUNS'] ?? 200) },
    );
  });

  it('fit the smallest file cap at their largest', () => {
    const huge = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `k${i}${'"'.repeat(100)}`,
        Array.from({ length: 50 }, () => '\u001b"'.repeat(2000)),
      ]),
    );
    expect(JSON.stringify(cleanFields(huge, same)).length).toBeLessThan(32_768);
  });
});

describe('secrets', () => {
  const redact = createRedactor(['hunter22', 'hunter22-long', 'abc']);
  it.each([
    ['key is hunter22.', `key is ${redacted}.`],
    ['hunter22-long', redacted],
    ['abc stays, it is too short to be one', 'abc stays, it is too short to be one'],
    ['https://user:pa55@siem.example/x?y', `https://user:${redacted}@siem.example/x?y`],
    ['Authorization: Bearer abcdef0123456789', `Authorization: Bearer ${redacted}`],
    ['ApiKey dGVzdDp0ZXN0', `ApiKey ${redacted}`],
    ['C:\\Windows\\System32\\cmd.exe /c dir', 'C:\\Windows\\System32\\cmd.exe /c dir'],
    ['http://host:8080/path', 'http://host:8080/path'],
  ])('%s', (text, safe) => {
    expect(redact(text)).toBe(safe);
  });

  it.each([
    ['password', true],
    ['X-Auth-Token', true],
    ['api_key', true],
    ['client secret', true],
    ['tokenElevation', false],
    ['keyboard', false],
    ['process', false],
  ])('%s by name: %j', (name, expected) => {
    expect(isSecretName(name)).toBe(expected);
  });

  it('do not come out of the log, also where a cut goes through one', async () => {
    const secret = 'correct-horse-battery';
    const file = join(folder, 'agent.log');
    const { log, read } = open({ file }, [secret]);
    for (let pad = fieldLimits.maxTextLength - 30; pad < fieldLimits.maxTextLength + 5; pad += 1) {
      log.info('Text', { text: `${'x'.repeat(pad)}${secret}` });
    }
    log.error('Nested', { error: new Error(`at ${secret}`), list: [{ deep: secret }] });
    await log.close();
    for (const text of [read(), readFileSync(file, 'utf8')]) expect(text).not.toMatch(/corr/);
  });
});

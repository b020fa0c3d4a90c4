import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, type ConfigSources, loadConfig } from '../../src/config/index.ts';
import { AgentError } from '../../src/errors/index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(text: string, name = 'agent.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** The message with the temporary folder left out. */
function messageOf(sources: ConfigSources): string {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof AgentError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'no error';
}

function messageOfFile(text: string): string {
  return messageOf({ file: write(text), env: {} });
}

describe('layers', () => {
  it('gives the defaults where nobody says anything', () => {
    const { config, provenance, file } = loadConfig({ env: {} });
    expect(config.log.level).toBe('info');
    expect(config.state.file).toBeNull();
    expect(file).toBeUndefined();
    expect(provenance.get('log.level')).toEqual({ layer: 'default', where: '' });
  });

  it('lets a flag win over the environment, that over the file, that over the default', () => {
    const file = write('log: {level: error}\nsource: {batchSize: 7, maxLineBytes: 2048}\n');
    const { config, provenance } = loadConfig({
      file,
      env: { PC_LOG_LEVEL: 'warn', PC_SOURCE_BATCH_SIZE: '8', HOME: '/' },
      flags: [
        { flag: '--log-level', key: 'log.level', value: 'debug' },
        { flag: '--output', key: 'output.format', value: undefined },
      ],
    });
    expect(config).toMatchObject({
      log: { level: 'debug', maxFiles: 5 },
      source: { batchSize: 8, maxLineBytes: 2048 },
      output: { format: 'table' },
    });
    expect(provenance.get('log.level')).toEqual({ layer: 'flag', where: '--log-level' });
    expect(provenance.get('source.batchSize')).toEqual({
      layer: 'environment',
      where: 'PC_SOURCE_BATCH_SIZE',
    });
    expect(provenance.get('source.maxLineBytes')).toEqual({ layer: 'file', where: `${file}:2:38` });
    expect(provenance.get('output.format')).toEqual({ layer: 'default', where: '' });
  });

  it('takes the file from PC_CONFIG unless one is named', () => {
    const named = write('log: {level: error}', 'named.yaml');
    const fromVariable = write('log: {level: warn}', 'variable.yaml');
    expect(loadConfig({ env: { PC_CONFIG: fromVariable } }).config.log.level).toBe('warn');
    expect(loadConfig({ file: named, env: { PC_CONFIG: fromVariable } }).config.log.level).toBe('error');
    expect(loadConfig({ env: { PC_CONFIG: '' } }).file).toBeUndefined();
  });

  it.each(['', '# nothing\n', 'log:\n  # level: debug\n', '---\n', '{}'])(
    'takes %j as an empty file',
    (text) => {
      expect(loadConfig({ file: write(text), env: {} }).config).toEqual(loadConfig({ env: {} }).config);
    },
  );

  it('resolves paths of the file against its folder, others not at all', () => {
    const file = write('state: {file: state.db}\nlog: {file: /var/log/agent.log}');
    const { config } = loadConfig({ file, env: { PC_MODEL_BUNDLE: 'models/x' } });
    expect(config.state.file).toBe(join(folder, 'state.db'));
    expect(config.log.file).toBe('/var/log/agent.log');
    expect(config.model.bundle).toBe('models/x');
  });

  it.each([
    ['', null],
    ['null', null],
    ['/x', '/x'],
  ])('reads PC_STATE_FILE=%j as %j', (text, value) => {
    expect(loadConfig({ env: { PC_STATE_FILE: text } }).config.state.file).toBe(value);
  });

  it('cannot be changed afterwards', () => {
    const { config } = loadConfig({ env: {} });
    expect(() => Object.assign(config.log, { level: 'debug' })).toThrow(TypeError);
  });
});

describe('what is said of a wrong file', () => {
  it.each([
    [
      'log:\n  level: loud\n',
      'agent.yaml:2:10: log.level: expected one of error, warn, info, debug, found "loud"',
    ],
    [
      'log:\n  level: wran\n',
      'agent.yaml:2:10: log.level: expected one of error, warn, info, debug, found "wran"; did you mean warn?',
    ],
    ['log:\n  levle: warn\n', 'agent.yaml:2:3: log.levle: unknown key; did you mean level?'],
    ['level: warn\n', 'agent.yaml:1:1: level: unknown key; did you mean log.level?'],
    ['xyzzy: 1\n', 'agent.yaml:1:1: xyzzy: unknown key'],
    [
      'source: {batchSize: 0}\n',
      'agent.yaml:1:21: source.batchSize: expected a number of at least 1 records, found 0',
    ],
    [
      'source: {input: etww}\n',
      'agent.yaml:1:17: source.input: expected one of auto, etw, eventlog, both, -, a path such as ./starts.ndjson, found "etww"; did you mean etw?',
    ],
    [
      'source: {input: sysmon}\n',
      'agent.yaml:1:17: source.input: expected one of auto, etw, eventlog, both, -, a path such as ./starts.ndjson, found "sysmon"',
    ],
    [
      'source: {input: C:\\logs\\Security.EVTX}\n',
      'agent.yaml:1:17: source.input: expected a file of JSON lines to follow (replay reads .evtx, .gz and .zip), found "C:\\\\logs\\\\Security.EVTX"',
    ],
    ['source: {batchSize: 1.5}\n', 'agent.yaml:1:21: source.batchSize: expected a whole number, found 1.5'],
    [
      'source: {batchSize: many}\n',
      'agent.yaml:1:21: source.batchSize: expected a whole number, found "many"',
    ],
    ['log: [1, 2]\n', 'agent.yaml:1:6: log: expected a map, found a list of 2'],
    [
      'log: {file: ""}\n',
      'agent.yaml:1:13: log.file: expected text of at least 1 characters, found empty text',
    ],
    ['- 1\n', 'agent.yaml:1:1: expected a map of sections'],
    ['log: {level: warn}\nlog: {level: info}\n', 'agent.yaml:2:1: Map keys must be unique'],
    ['log: !secret x\n', 'agent.yaml:1:6: Unresolved tag: !secret'],
    ['log: *a\n', 'agent.yaml: Unresolved alias (the anchor must be set before the alias): a'],
    ['__proto__: {level: warn}\n', 'agent.yaml:1:1: __proto__: unknown key'],
    ['log: {constructor: 1}\n', 'agent.yaml:1:7: log.constructor: unknown key'],
  ])('%j', (text, message) => {
    expect(messageOfFile(text)).toBe(message);
  });

  it('names every problem at once, each with its place', () => {
    const file = write('log: {level: loud, colour: 1}\nsauce: {}\n');
    const flags = [{ flag: '--output', key: 'output.format', value: 'xml' }] as const;
    const env = { PC_SOURCE_BATCH_SIZE: 'x', PC_LOG_LEVLE: 'info' };
    expect(messageOf({ file, env, flags }).split('\n')).toEqual([
      'PC_LOG_LEVLE: no setting has this variable; did you mean PC_LOG_LEVEL?',
      'agent.yaml:1:14: log.level: expected one of error, warn, info, debug, found "loud"',
      'agent.yaml:1:20: log.colour: unknown key',
      'PC_SOURCE_BATCH_SIZE: source.batchSize: expected a whole number, found "x"',
      '--output: output.format: expected one of table, ndjson, found "xml"',
      'agent.yaml:2:1: sauce: unknown key; did you mean source?',
    ]);
  });

  it('carries the code of a single problem, and one of its own for several', () => {
    const codeOf = (text: string) => {
      try {
        loadConfig({ file: write(text), env: {} });
      } catch (error) {
        return error instanceof ConfigError ? [error.code, error.problems.length] : error;
      }
      return undefined;
    };
    expect(codeOf('a: 1')).toEqual(['PC_CONFIG_UNKNOWN_KEY', 1]);
    expect(codeOf('a: 1\nlog: 2')).toEqual(['PC_CONFIG_INVALID', 2]);
  });

  it('does not let the file write to the terminal', () => {
    const message = messageOfFile('"\\e[2J\\u202e": 1\nlog: {level: "\\e]0;x\\a"}\n');
    expect(message).toContain('\\x1b[2J\\u{202e}: unknown key');
    expect(message).not.toMatch(/[^\n\P{Cc}]|\u202e/u);
  });
});

describe('hostile files', () => {
  it('refuses exponential aliases', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i += 1) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`);
    expect(messageOfFile(lines.join('\n'))).toMatch(/^agent\.yaml: Excessive alias count/);
  });

  it('refuses an alias inside its own anchor', () => {
    expect(messageOfFile('log: &a {level: *a}\n')).toMatch(/^agent\.yaml/);
  });

  it('refuses nesting beyond the stack', () => {
    expect(messageOfFile(`log: ${'['.repeat(200_000)}`)).toMatch(/^agent\.yaml/);
  });

  it('refuses a file beyond the size limit', () => {
    expect(messageOfFile(`#${'x'.repeat(1_048_576)}`)).toBe('agent.yaml is larger than 1048576 bytes');
  });

  it('refuses what is not UTF-8', () => {
    const file = join(folder, 'agent.yaml');
    writeFileSync(file, Buffer.from([0x6c, 0xff, 0xfe]));
    expect(messageOf({ file, env: {} })).toBe('agent.yaml: it is not UTF-8');
  });

  it.each(['missing.yaml', '.'])('says so where there is no file to read: %s', (name) => {
    expect(() => loadConfig({ file: join(folder, name), env: {} })).toThrow(
      expect.objectContaining({ code: 'PC_CONFIG_UNREADABLE' }),
    );
  });

  it.skipIf(process.platform === 'win32')('refuses a file that every user may change', () => {
    const file = write('log: {level: warn}');
    chmodSync(file, 0o646);
    expect(() => loadConfig({ file, env: {} })).toThrow(
      expect.objectContaining({ code: 'PC_CONFIG_UNSAFE' }),
    );
    chmodSync(file, 0o644);
    expect(loadConfig({ file, env: {} }).config.log.level).toBe('warn');
  });
});

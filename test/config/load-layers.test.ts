import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createLayout } from '../../src/config/layout.ts';
import { loadLayers } from '../../src/config/load-config.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { section, text } from '../../src/config/setting.ts';
import { maskSecrets, showConfig } from '../../src/config/show-config.ts';

/** A schema with every kind of setting, those included that the agent's own does not use yet. */
const destination = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('elastic'),
    url: text(200),
    apiKey: text(200).meta({ secret: true }),
    caFile: text(200).optional().meta({ path: true }),
  }),
  z.strictObject({ type: z.literal('syslog'), host: text(200), port: z.int().min(1).max(65_535) }),
]);

const layout = createLayout(
  z.strictObject({
    forward: section('Who is told.', {
      destinations: z.array(destination).max(3).default([]).meta({ description: 'Who.' }),
      token: text(100).nullable().default(null).meta({ description: 'Token.', secret: true }),
      tags: z.array(text(20)).max(4).default(['a']).meta({ description: 'Tags.' }),
      ports: z.array(z.int()).default([]).meta({ description: 'Ports.' }),
      weights: z.record(text(20), z.number().min(0)).default({}).meta({ description: 'Weights.' }),
      folders: z.array(text(100)).default([]).meta({ description: 'Folders.', path: true }),
      enabled: z.boolean().default(true).meta({ description: 'Whether.' }),
      retry: z
        .strictObject({ maxDelayMs: z.int().default(5).meta({ description: 'Longest pause.', unit: 'ms' }) })
        .prefault({})
        .meta({ description: 'Retries.' }),
    }),
  }),
);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-layers-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function load(yaml: string, env: Record<string, string> = {}) {
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, yaml, { mode: 0o600 });
  return loadLayers(layout, { file, env });
}

function messagesOf(yaml: string, env: Record<string, string> = {}): string[] {
  try {
    load(yaml, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '').split('\n');
    throw error;
  }
  return [];
}

describe('variables', () => {
  it('are named after the key', () => {
    expect(layout.settings.map(({ key, variable, kind }) => [key, variable, kind])).toEqual([
      ['forward.destinations', 'PC_FORWARD_DESTINATIONS', 'json'],
      ['forward.token', 'PC_FORWARD_TOKEN', 'text'],
      ['forward.tags', 'PC_FORWARD_TAGS', 'list'],
      ['forward.ports', 'PC_FORWARD_PORTS', 'list'],
      ['forward.weights', 'PC_FORWARD_WEIGHTS', 'json'],
      ['forward.folders', 'PC_FORWARD_FOLDERS', 'list'],
      ['forward.enabled', 'PC_FORWARD_ENABLED', 'boolean'],
      ['forward.retry.maxDelayMs', 'PC_FORWARD_RETRY_MAX_DELAY_MS', 'number'],
    ]);
  });

  it('must not be shared', () => {
    const leaf = () => z.int().default(1);
    const inner = z.strictObject({ c: leaf() }).prefault({});
    expect(() =>
      createLayout(z.strictObject({ aB: leaf(), a: z.strictObject({ b: leaf() }).prefault({}) })),
    ).toThrow('two settings share one variable name');
    expect(() => createLayout(z.strictObject({ aB: inner, a: inner }))).not.toThrow();
  });

  it.each([
    ['PC_FORWARD_TAGS', 'x, y', { tags: ['x', 'y'] }],
    ['PC_FORWARD_TAGS', '["x,y"]', { tags: ['x,y'] }],
    ['PC_FORWARD_TAGS', '', { tags: [] }],
    ['PC_FORWARD_PORTS', '1,2', { ports: [1, 2] }],
    ['PC_FORWARD_ENABLED', ' false ', { enabled: false }],
    ['PC_FORWARD_ENABLED', '0', { enabled: false }],
    ['PC_FORWARD_ENABLED', '1', { enabled: true }],
    ['PC_FORWARD_WEIGHTS', '{"a": 0.5}', { weights: { a: 0.5 } }],
    ['PC_FORWARD_RETRY_MAX_DELAY_MS', '9', { retry: { maxDelayMs: 9 } }],
    [
      'PC_FORWARD_DESTINATIONS',
      '[{"type":"syslog","host":"h","port":514}]',
      { destinations: [{ type: 'syslog', host: 'h', port: 514 }] },
    ],
  ])('%s=%s', (name, value, expected) => {
    expect(load('', { [name]: value }).config.forward).toMatchObject(expected);
  });

  it('replace a list or map of the file as a whole', () => {
    const { config } = load('forward: {tags: [x, y], weights: {a: 1, b: 2}}', {
      PC_FORWARD_TAGS: 'z',
      PC_FORWARD_WEIGHTS: '{"c": 3}',
    });
    expect(config.forward).toMatchObject({ tags: ['z'], weights: { c: 3 } });
  });
});

describe('errors inside lists, maps and unions', () => {
  it.each([
    [
      'forward: {destinations: [{type: syslog, host: h, port: 0}]}',
      'agent.yaml:1:56: forward.destinations[0].port: expected a number of at least 1, found 0',
    ],
    [
      'forward: {destinations: [{type: syslog, host: h, prot: 1, port: 1}]}',
      'agent.yaml:1:50: forward.destinations[0].prot: unknown key; did you mean port?',
    ],
    [
      'forward: {weights: {a: -1}}',
      'agent.yaml:1:24: forward.weights.a: expected a number of at least 0, found -1',
    ],
    [
      'forward: {tags: [a, b, c, d, e]}',
      'agent.yaml:1:17: forward.tags: expected at most 4 items, found a list of 5',
    ],
    ['forward: {tags: [a, 2]}', 'agent.yaml:1:21: forward.tags[1]: expected text, found 2'],
    [
      'forward: {retry: {maxDelayMs: x}}',
      'agent.yaml:1:31: forward.retry.maxDelayMs: expected a whole number, found "x"',
    ],
    ['forward: {enabled: yes}', 'agent.yaml:1:20: forward.enabled: expected true or false, found "yes"'],
    ['forward: {retry: 5}', 'agent.yaml:1:18: forward.retry: expected a map, found 5'],
  ])('%s', (yaml, message) => {
    expect(messagesOf(yaml)).toEqual([message]);
  });

  it('name the variable when the value came from one', () => {
    expect(messagesOf('', { PC_FORWARD_DESTINATIONS: '[{"type":"syslog","host":"h","port":0}]' })).toEqual([
      'PC_FORWARD_DESTINATIONS: forward.destinations[0].port: expected a number of at least 1, found 0',
    ]);
    expect(messagesOf('', { PC_FORWARD_WEIGHTS: '{broken' })).toEqual([
      'PC_FORWARD_WEIGHTS: forward.weights: expected a map, found "{broken"',
    ]);
  });

  it('point at the item when it stands behind an alias', () => {
    expect(messagesOf('forward:\n  tags: &t [a, 2]\n  folders: *t\n')).toEqual([
      'agent.yaml:2:16: forward.tags[1]: expected text, found 2',
      'agent.yaml:2:16: forward.folders[1]: expected text, found 2',
    ]);
  });
});

describe('secrets', () => {
  const yaml =
    'forward:\n  token: hush-hush\n  destinations: [{type: elastic, url: "https://e", apiKey: s3cret}, {type: syslog, host: h, port: 1}]\n';

  it('are masked when shown', () => {
    const shown = showConfig(layout, load(yaml));
    expect(shown).not.toMatch(/hush|s3cret/);
    expect(shown.match(/\(secret, not shown\)/g)).toHaveLength(2);
    expect(maskSecrets(layout, load('').config)).toMatchObject({ forward: { token: null } });
  });

  it('are not in errors', () => {
    expect(messagesOf(`forward: {token: ${'hush'.repeat(30)}}`).join()).not.toContain('hush');
    expect(messagesOf('forward: {token: [hush]}').join()).not.toContain('hush');
    expect(messagesOf('forward: {destinations: [{type: elastic, url: u, apiKey: 5551234}]}')).toEqual([
      'agent.yaml:1:58: forward.destinations[0].apiKey: expected text, found a secret that does not fit (not shown)',
    ]);
    expect(messagesOf('', { PC_FORWARD_TOKEM: 'hush' }).join()).not.toContain('hush');
  });
});

describe('paths', () => {
  it('in lists and unions are resolved too, when the file gives them', () => {
    const { config } = load(
      'forward: {folders: [x, /y], destinations: [{type: elastic, url: u, apiKey: k, caFile: ca.pem}]}',
    );
    expect(config.forward.folders).toEqual([join(folder, 'x'), '/y']);
    expect(config.forward.destinations[0]).toMatchObject({ url: 'u', caFile: join(folder, 'ca.pem') });
  });
});

describe('show', () => {
  it('says who set what', () => {
    const shown = showConfig(layout, load('forward: {ports: [1]}', { PC_FORWARD_RETRY_MAX_DELAY_MS: '7' }));
    expect(shown.replaceAll(`${folder}/`, '')).toBe(`forward:
  # default
  destinations: []
  token: null # default
  # default
  tags:
    - a
  # agent.yaml:1:18
  ports:
    - 1
  # default
  weights: {}
  # default
  folders: []
  enabled: true # default
  retry:
    maxDelayMs: 7 # PC_FORWARD_RETRY_MAX_DELAY_MS
`);
  });
});

describe('whatever the file holds', () => {
  it('either loads or is refused with its place, and nothing else', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const yaml = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      json.map((value) => JSON.stringify(value)),
      json.map((value) => JSON.stringify({ forward: value })),
      json.map((value) => JSON.stringify({ forward: { tags: value, destinations: [value], token: value } })),
    );
    fc.assert(
      fc.property(yaml, (content) => {
        for (const line of messagesOf(content))
          expect(line).toMatch(/^agent\.yaml(:\d+:\d+)?: \P{Cc}+$|^… and \d+ more$/u);
      }),
      { numRuns: Number(process.env['PC_FUZZ_RUNS'] ?? 300) },
    );
  });
});

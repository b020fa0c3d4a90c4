import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertArmableRules, findArmableRule, findUnarmableRules } from '../../src/agent/armable-rules.ts';
import { loadConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/detection/index.ts';

const high = '3f6c0e0a-6c0f-4b52-9d0c-6d1d3b7a5f01';
const cluster = loadRules().find(({ kind }) => kind === 'anomaly')!;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-armable-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function load(text: string) {
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, text, { mode: 0o600 });
  return loadConfig({ file, env: {} }, findUnarmableRules);
}

function messageOf(text: string): string {
  try {
    load(text);
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, '');
  }
  return 'no error';
}

describe('response.rules', () => {
  it('may name rules about single starts', () => {
    const { config } = load(`response: {rules: {${high}: {action: suspend}}}`);
    expect(config.response.rules[high]).toEqual({ action: 'suspend' });
  });

  it.each([
    [
      `${high.slice(0, -2)}10`,
      `is no rule; did you mean ${high} (Process start with a high malicious probability)?`,
    ],
    [high.toUpperCase(), `is no rule; did you mean ${high} (`],
    ['process start with a high malicious probabilty', `is no rule; did you mean ${high} (`],
    ['anything', 'is no rule'],
    [cluster.id, 'is about clusters, and never acted on'],
  ])('refuses %s, with its place', (id, told) => {
    const message = messageOf(`response:\n  mode: terminate\n  rules:\n    ${id}:\n      action: none\n`);
    expect(message).toContain(`agent.yaml:4:5: response.rules.${id}: ${told}`);
  });

  it('names the variable that said so', () => {
    const env = { PC_RESPONSE_RULES: '{"all": {"action": "none"}}' };
    expect(() => loadConfig({ env }, findUnarmableRules)).toThrow('PC_RESPONSE_RULES: response.rules.all');
  });

  it('is held against rules that change later', () => {
    const { config } = load(`response: {rules: {${high}: {action: suspend}}}`);
    const rules = loadRules();
    expect(() => assertArmableRules(config, rules)).not.toThrow();
    const fewer = rules.filter(({ id }) => id !== high);
    expect(() => assertArmableRules(config, fewer)).toThrow(`response.rules.${high}: is no rule`);
  });
});

describe('a rule that a person names', () => {
  const { config } = loadConfig({ env: {} });

  it('is told the nearest one when there is none', () => {
    expect(findArmableRule(config, 'Process start with a HIGH malicious probability')).toBe(high);
    expect(() => findArmableRule(config, `${high.slice(0, -2)}10`)).toThrow(`did you mean ${high} (`);
    expect(() => findArmableRule(config, cluster.name)).toThrow('never acted on');
  });
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRules } from '../../src/detection/index.ts';

const highId = '3f6c0e0a-6c0f-4b52-9d0c-6d1d3b7a5f01';
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rules-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function overlay(text: string, name = 'ours.yml'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('loading rules', () => {
  it('finds the shipped event rules with the severity and risk they are known by', () => {
    const events = loadRules().filter(({ kind }) => kind === 'event');
    expect(events.map(({ severity, riskScore }) => [severity, riskScore])).toEqual([
      ['high', 73],
      ['low', 21],
    ]);
  });

  it('lets an overlay change part of a rule and keeps the rest', () => {
    overlay(`id: ${highId}\nseverity: critical\nriskScore: 99\n`);
    const shipped = loadRules().find(({ id }) => id === highId);
    expect(loadRules(folder).find(({ id }) => id === highId)).toEqual({
      ...shipped,
      severity: 'critical',
      riskScore: 99,
    });
  });

  it.each([
    ['a key it does not know', `id: ${highId}\nseverty: low\n`, /severty/],
    ['a value out of range', `id: ${highId}\nriskScore: 101\n`, /riskScore/],
    ['no id', 'severity: low\n', /id/],
    ['broken YAML', 'id: [', /ours\.yml/],
    ['an alias', `id: ${highId}\na: &a [1]\nb: *a\n`, /ours\.yml/],
    ['a new rule that is incomplete', 'id: 5e8f6a58-0d43-4a4c-9d4b-0f3b6f6f2a11\nname: x\n', /kind/],
  ])('refuses %s and names the file', (_, text, message) => {
    const file = overlay(text);
    expect(() => loadRules(folder)).toThrow(
      expect.objectContaining({ code: 'PC_RULE_INVALID', where: file }),
    );
    expect(() => loadRules(folder)).toThrow(message);
  });

  it.each<[string, (path: string) => void]>([
    ['a folder', mkdirSync],
    ['a link that leads nowhere', (path) => symlinkSync(`${path}.gone`, path)],
  ])('refuses %s named like an overlay', (_, make) => {
    const where = join(folder, 'ours.yml');
    make(where);
    expect(() => loadRules(folder)).toThrow(expect.objectContaining({ code: 'PC_RULE_INVALID', where }));
  });

  it('refuses two overlays of one rule', () => {
    overlay(`id: ${highId}\nenabled: false\n`, 'a.yml');
    overlay(`id: ${highId}\nenabled: true\n`, 'b.yml');
    expect(() => loadRules(folder)).toThrow(/already changed by .*a\.yml/);
  });

  it('says which folder it cannot read', () => {
    expect(() => loadRules(join(folder, 'absent'))).toThrow(/absent/);
  });
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listShippedSets, loadExceptions } from '../../../src/alert/index.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'exceptions-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const good = `exceptions:
  - id: one
    conditions: [{ field: process.name, is: tool.exe }]
    reason: known tool
    author: kim
`;

describe('exception files', () => {
  it('ship as sets that are off until they are named', () => {
    expect(listShippedSets()).toEqual([
      'administrative-tools',
      'developer-workstations',
      'management-agents',
      'scheduled-maintenance',
      'security-tools',
      'software-updaters',
    ]);
    expect(loadExceptions({ sets: [], folder: undefined })).toEqual([]);
  });

  it('ship sound: every set loads, and ids are unique over all of them', () => {
    const entries = loadExceptions({ sets: listShippedSets(), folder: undefined });
    expect(entries.length).toBeGreaterThanOrEqual(listShippedSets().length);
  });

  it('never except a process by its name alone', () => {
    for (const entry of loadExceptions({ sets: listShippedSets(), folder: undefined })) {
      const fields = entry.conditions.map(({ field }) => field);
      expect(
        fields.every((field) => field === 'process.name'),
        entry.id,
      ).toBe(false);
    }
  });

  it('are read from a folder in the order of their names', () => {
    writeFileSync(join(folder, 'b.yml'), good.replace('one', 'two'));
    writeFileSync(join(folder, 'a.yaml'), good);
    writeFileSync(join(folder, 'notes.txt'), 'not read');
    expect(loadExceptions({ sets: [], folder }).map(({ id }) => id)).toEqual(['one', 'two']);
  });

  it.each([
    ['an unknown key', good.replace('reason', 'raeson'), /raeson/],
    ['a missing reason', good.replace('    reason: known tool\n', ''), /reason/],
    ['no condition', good.replace(/conditions: .*/, 'conditions: []'), /conditions/],
    ['a field that events do not have', good.replace('process.name', 'process.nam'), /conditions\.0\.field/],
    ['an id twice', good + good.slice(good.indexOf('  -')), /one is taken/],
    ['an expiry that is no day', `${good}    expires: next week\n`, /expires/],
    ['a reason with an escape sequence', good.replace('known tool', '"\\e[2J"'), /control/],
    ['broken YAML', 'exceptions: [', /ours\.yml/],
  ])('are refused for %s', (_, text, message) => {
    writeFileSync(join(folder, 'ours.yml'), text);
    expect(() => loadExceptions({ sets: [], folder })).toThrow(message);
    expect(() => loadExceptions({ sets: [], folder })).toThrow(
      expect.objectContaining({ code: 'PC_EXCEPTION_INVALID' }),
    );
  });

  it.each<[string, (path: string) => void]>([
    ['a folder', mkdirSync],
    ['a link that leads nowhere', (path) => symlinkSync(`${path}.gone`, path)],
  ])('are refused for %s named like one', (_, make) => {
    const where = join(folder, 'b.yml');
    make(where);
    expect(() => loadExceptions({ sets: [], folder })).toThrow(
      expect.objectContaining({ code: 'PC_EXCEPTION_INVALID', where }),
    );
  });

  it('suggest the set that was meant', () => {
    expect(() => loadExceptions({ sets: ['security-tool'], folder: undefined })).toThrow(
      /did you mean security-tools/,
    );
  });
});

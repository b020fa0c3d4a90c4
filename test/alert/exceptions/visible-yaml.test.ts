import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Document, parse } from 'yaml';
import { addException, formatVisibleYaml, loadExceptions } from '../../../src/alert/index.ts';
import { escapeHidden } from '../../../src/text/index.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visible-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Text full of what terminals obey and readers do not see. */
const tricks = ['\x1b', '\x9b', '\u202e', '\u200b', '\n', '\r', '\x85', '\u2028', '"', "'", ': ', '# ', 'a'];
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...tricks)).map((parts) => parts.join('')),
);
const entry = fc.record({
  reason: text,
  conditions: fc.array(fc.record({ field: text, is: text }), { maxLength: 3 }),
});

function expectVisible(yaml: string): void {
  for (const line of yaml.split('\n')) expect(escapeHidden(line)).toBe(line);
}

test('a document parses to what it was made of, and hides nothing', () => {
  fc.assert(
    fc.property(entry, fc.constantFrom(0, 110), (value, lineWidth) => {
      const yaml = formatVisibleYaml(new Document(value), lineWidth);
      expect(parse(yaml)).toEqual(value);
      expectVisible(yaml);
    }),
  );
});

test('an entry that is added shows in its file what it matches, and comments stay', () => {
  const file = join(folder, 'exceptions.yml');
  writeFileSync(file, '# ours, see §4\nexceptions: []\n');
  const added = {
    id: 'one',
    conditions: [{ field: 'process.command_line', is: 'tool.exe \u202etxt.exe\u200b\t/x' }],
    reason: 'known tool',
    author: 'kim',
  };
  addException(folder, added);
  const yaml = readFileSync(file, 'utf8');
  expectVisible(yaml);
  expect(yaml).toContain('# ours, see §4');
  expect(yaml).toContain('\\u202e');
  expect(loadExceptions({ sets: [], folder })[0]?.conditions[0]).toMatchObject({
    is: ['tool.exe \u202etxt.exe\u200b\t/x'],
  });
});

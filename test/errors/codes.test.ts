import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AgentError, createErrorReference, type ErrorCode, errorTable } from '../../src/errors/index.ts';

const sources = fileURLToPath(new URL('../../src', import.meta.url));

/** All code of src/ but the table itself. */
function readSources(): string {
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('codes.ts'))
    .map((name) => readFileSync(join(sources, name), 'utf8'))
    .join('\n');
}

describe('the error table', () => {
  it.each(Object.entries(errorTable))(
    '%s says in whole sentences what happened and what to do',
    (code, entry) => {
      expect(code).toMatch(/^PC(_[A-Z0-9]+)+$/);
      expect(entry.cause).toMatch(/^(?:[A-Z]|\w+\.\w+ ).*\.$/);
      expect(entry.remedy).toMatch(/^[A-Z].*\.$/);
    },
  );

  it('has no code that nothing raises', () => {
    const used = new Set(readSources().match(/\bPC_[A-Z0-9_]+\b/g));
    expect(Object.keys(errorTable).filter((code) => !used.has(code))).toEqual([]);
  });

  it('is documented whole', () => {
    const page = createErrorReference();
    for (const code of Object.keys(errorTable)) expect(page).toContain(`| \`${code}\` |`);
  });
});

describe('an error', () => {
  it('carries its code, place, cause and remedy', () => {
    const cause = new Error('inner');
    const error = new AgentError('PC_USAGE', 'no such flag', { where: '--x', cause });
    expect(error).toMatchObject({
      name: 'AgentError',
      code: 'PC_USAGE',
      message: 'no such flag',
      where: '--x',
      cause,
    });
    expect(error.remedy).toBe(errorTable['PC_USAGE' satisfies ErrorCode].remedy);
    expect(new AgentError('PC_INTERNAL', 'x')).not.toHaveProperty('cause', expect.anything());
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConditionSchema, compileCondition, matchesWildcard } from '../../src/detection/condition.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const event = makeProcessEvent({
  user: {
    id: 'S-1-5-18',
    groups: {
      ids: ['S-1-5-32-544', 'S-1-5-11'],
      names: ['Administrators'],
      hasAllIds: true,
      hasAllNames: false,
    },
  },
  process: {
    name: 'net1.exe',
    executable: 'C:\\Program Files\\Tool\\net1.exe',
    commandLine: 'net1 user "Bob Smith" C:\\WINDOWS\\temp\\nessus_1234.txt',
    parent: { executable: undefined },
  },
});

describe('a condition', () => {
  it.each([
    [{ field: 'process.name', is: 'NET1.EXE' }, true],
    [{ field: 'process.name', is: ['a.exe', 'net1.exe'] }, true],
    [{ field: 'process.name', is: 'net.exe' }, false],
    [{ field: 'process.name', isExactly: 'NET1.EXE' }, false],
    [{ field: 'process.name', isExactly: 'net1.exe' }, true],
    [{ field: 'process.executable', wildcard: 'c:\\program files\\*' }, true],
    [{ field: 'process.executable', wildcard: '?:\\*\\net?.exe' }, true],
    [{ field: 'process.executable', wildcard: 'net1.exe' }, false],
    [{ field: 'process.executable', under: '?:\\program files' }, true],
    [{ field: 'process.executable', under: 'C:\\Program Files\\' }, true],
    [{ field: 'process.executable', under: 'C:\\Program' }, false],
    [{ field: 'process.command_line', regex: '(?i)nessus_\\d+' }, true],
    [{ field: 'process.command_line', regex: '^nessus' }, false],
    [{ field: 'process.args', is: 'bob smith' }, true],
    [{ field: 'process.parent.executable', exists: false }, true],
    [{ field: 'process.parent.executable', exists: true }, false],
    [{ field: 'process.parent.executable', wildcard: '*' }, false],
    [{ field: 'user.id', is: ['S-1-5-18', 'S-1-5-19'] }, true],
    [{ field: 'user.group.id', is: 's-1-5-32-544' }, true],
    [{ field: 'user.group.id', is: 'S-1-5-32-54' }, false],
    [{ field: 'user.group.name', wildcard: 'admin*' }, true],
    [{ field: 'user.group.name', exists: false }, false],
  ] as const)('%j holds: %s', (condition, expected) => {
    expect(compileCondition(ConditionSchema.parse(condition))(event)).toBe(expected);
  });

  it.each([
    [{ field: 'process.nme', is: 'x' }, 'process.nme is no field'],
    [{ field: 'process.name' }, 'no test'],
    [{ field: 'process.name', is: 'x', wildcard: 'y' }, 'two tests'],
    [{ field: 'process.name', is: [] }, 'an empty list'],
    [{ field: 'process.name', regex: '(' }, 'a broken expression'],
    [{ field: 'process.name', regex: '(a)\\1' }, 'a back-reference, which RE2 does not have'],
    [{ field: 'process.name', matches: 'x' }, 'an unknown test'],
  ] as const)('%j is refused: %s', (condition, _why) => {
    expect(ConditionSchema.safeParse(condition).success).toBe(false);
  });
});

describe('wildcards', () => {
  it('agree with the regular expression they stand for', () => {
    const part = fc.constantFrom('a', 'b', '*', '?', '\\', '.');
    fc.assert(
      fc.property(
        fc.string({ unit: part, maxLength: 12 }),
        fc.string({ unit: part, maxLength: 8 }),
        (text, pattern) => {
          const source = pattern.replace(/[\\.]/g, '\\$&').replaceAll('*', '[^]*').replaceAll('?', '[^]');
          expect(matchesWildcard(text, pattern)).toBe(new RegExp(`^${source}$`).test(text));
        },
      ),
    );
  });

  it('take no exponential time on many stars', () => {
    expect(matchesWildcard('a'.repeat(20_000), `${'*a'.repeat(50)}b`)).toBe(false);
  });
});

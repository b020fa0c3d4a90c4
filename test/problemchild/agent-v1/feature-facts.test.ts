import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentV1 } from '../../../src/problemchild/agent-v1/index.ts';
import { RecentAnswers } from '../../../src/problemchild/recent-answers.ts';
import { makeProcessEvent } from '../../support/process-event.ts';

// Few and short, so that fields often agree and often look like one another run together.
const text = fc.option(fc.constantFrom('', 'a', 'ab', 'b', 'c:\\a', '1', '-1', ','), { nil: undefined });
const events = fc
  .record({
    name: text,
    executable: text,
    originalFileName: text,
    commandLine: text,
    args: fc.option(fc.constant(['a', 'b']), { nil: undefined }),
    parent: fc.record({ name: text, executable: text, commandLine: text }),
    token: fc.record({ integrityLevel: fc.constantFrom(undefined, 'Low', 'High') }),
    user: fc.record({ id: fc.constantFrom(undefined, 'S-1-5-18', 'S-1-5-21-1') }),
  })
  .map(({ user, ...process }) => makeProcessEvent({ user, process }));

// Lines made of pieces that normalisation masks, folds or counts.
const piece = fc.constantFrom(
  ...[
    '123456',
    '654321',
    '12',
    ' ',
    '"',
    "'",
    '^',
    '`',
    '-',
    '/',
    '\\',
    '|',
    'PowerShell',
    'cmd.exe',
    '-enc ',
  ],
  ...[
    '%TEMP%',
    '$env:x',
    'http://8.8.8.8/a',
    '10.0.0.1',
    'c:\\users\\ann\\',
    'c:\\users\\bob\\',
    'é',
    'mimikatz',
  ],
  ...[
    'deadbeef01',
    'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9w',
    'dABlAHMAdAAgAHQAZQBzAHQAIAB0AGUAcwB0ACAAdABlAHMAdAA=',
  ],
);
const line = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const programName = fc.constantFrom(
  'cmd.exe',
  'CMD.EXE',
  'powershell.exe',
  'a1b2.exe',
  'svchost.exe',
  undefined,
);
const spellings = fc
  .record({
    name: programName,
    executable: fc.constantFrom('C:\\Windows\\System32\\cmd.exe', 'C:\\Users\\ann\\cmd.exe', undefined),
    originalFileName: programName,
    commandLine: line,
    parent: fc.record({ name: programName, commandLine: line }),
  })
  .map((process) => makeProcessEvent({ process }));

describe('the facts behind the features', () => {
  const encoder = agentV1.createEncoder();
  const rowOf = (event: Parameters<typeof encoder.write>[0]): Float32Array => {
    const row = new Float32Array(encoder.width);
    encoder.write(event, row, 0);
    return row;
  };

  test.each(['factsOf', 'readFactsOf'] as const)('%s: are the same only where the row is', (kind) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(events, spellings), { minLength: 40, maxLength: 40 }), (all) => {
        const recent = new RecentAnswers<Float32Array>(100, 2_048);
        for (const event of all) {
          const facts = encoder[kind]!(event);
          const row = rowOf(event);
          expect(recent.get(facts) ?? row).toEqual(row);
          recent.set(facts, row);
        }
      }),
    );
  });

  test('once read are the same for lines that differ in what is masked', () => {
    const [one, other, longer, another] = ['run 12345', 'run 67890', 'run 1234567', 'run ab345'].map(
      (commandLine) => encoder.readFactsOf!(makeProcessEvent({ process: { name: 'a.exe', commandLine } })),
    );
    expect(other).toStrictEqual(one);
    // The length of the arguments is a feature.
    expect(longer).not.toStrictEqual(one);
    expect(another).not.toStrictEqual(one);
  });

  test('tell an empty field from an absent one', () => {
    const [absent, empty] = [undefined, ''].map((executable) =>
      encoder.factsOf!(makeProcessEvent({ process: { name: 'abc', executable } })),
    );
    expect(empty).not.toStrictEqual(absent);
  });

  test('leave out what the features do not read', () => {
    const [one, other] = ['1', '2'].map((id) =>
      encoder.factsOf!(makeProcessEvent({ id, process: { pid: Number(id), entityId: id } })),
    );
    expect(one).toStrictEqual(other);
  });
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { featureSets } from '../../../src/problemchild/index.ts';
import { processStart } from './process-start.ts';

const agentV1 = featureSets['agent-v1']!;

const fodhelper = processStart({
  executable: 'C:\\Users\\Public\\lsasss.exe',
  commandLine:
    'C:\\Users\\Public\\lsasss.exe /c "reg add HKCU\\Software\\Classes\\ms-settings\\shell\\open\\command /ve /d cmd.exe /f"',
  originalFileName: 'Cmd.Exe',
  parentExecutable: 'C:\\Windows\\System32\\inetsrv\\w3wp.exe',
  parentCommandLine: 'w3wp.exe -ap "DefaultAppPool"',
  userId: 'S-1-5-82-1',
  integrityLevel: 'Medium',
});

describe('agent-v1', () => {
  test('sees a renamed shell of a web server by name', () => {
    expect(agentV1.describe(fodhelper)).toMatchObject({
      'child.renamed': 1,
      'child.imitates': 1,
      'child.class.shell': 1,
      'child.folder.publicUser': 1,
      'parent.class.webServer': 1,
      'parent.folder.system32': 1,
      'relation.shell_of_server': 1,
      'relation.writable_argument': 0,
      'line.quotes': 2,
      'user.service': 1,
      'user.person': 0,
      'token.medium': 1,
    });
    expect(agentV1.describe(fodhelper)['line.family.uacBypass']).toBeGreaterThan(0);
    expect(agentV1.describe(fodhelper)['line.family.registryChange']).toBeGreaterThan(0);
  });

  test('gives the columns of version 1: another row for this event needs another version', () => {
    const encoder = agentV1.createEncoder();
    const row = new Float32Array(encoder.width);
    encoder.write(fodhelper, row, 0);
    expect(
      createHash('sha256').update(encoder.inputs.join('\n')).update(row).digest('hex'),
    ).toMatchInlineSnapshot(`"6dc089e51966153aa0b298166344093ab2ade5d158dd6e58b5747e69db87da67"`);
  });

  test('writes a row that depends on nothing but the event, finite, with buckets as whole numbers', () => {
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 400 }), { nil: undefined });
    const starts = fc
      .record({
        executable: text,
        commandLine: text,
        originalFileName: text,
        parentExecutable: text,
        parentCommandLine: text,
        userId: text,
        userName: text,
        integrityLevel: text,
      })
      .map((fields) =>
        processStart(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))),
      );
    const used = agentV1.createEncoder();
    const dense = used.inputs.findIndex((name) => name.startsWith('slot.'));
    fc.assert(
      fc.property(fc.array(starts, { maxLength: 4 }), starts, (before, event) => {
        const fresh = agentV1.createEncoder();
        const expected = new Float32Array(fresh.width);
        fresh.write(event, expected, 0);
        const row = new Float32Array(used.width + 2).fill(7);
        for (const other of before) used.write(other, row, 1);
        used.write(event, row, 1);
        expect(row.subarray(1, -1)).toEqual(expected);
        expect([row[0], row.at(-1)]).toEqual([7, 7]);
        expect(expected.every(Number.isFinite)).toBe(true);
        expect(
          expected
            .subarray(dense)
            .every((bucket) => Number.isInteger(bucket) && bucket >= 0 && bucket < 2 ** 17),
        ).toBe(true);
      }),
    );
  });

  test('refuses inputs it does not make, naming the first', () => {
    const inputs = [...agentV1.createEncoder().inputs];
    inputs[3] = 'nothing';
    expect(() => agentV1.createEncoder({ inputs })).toThrow(/input 3 is "nothing"/);
    expect(() => agentV1.createEncoder({ inputs: inputs.slice(0, 3) })).toThrow(
      /input 3 is undefined|3 inputs/,
    );
  });
});

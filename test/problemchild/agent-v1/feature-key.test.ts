import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentV1 } from '../../../src/problemchild/agent-v1/index.ts';
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

describe('the key of the features', () => {
  const encoder = agentV1.createEncoder();
  const rowOf = (event: Parameters<typeof encoder.write>[0]): Float32Array => {
    const row = new Float32Array(encoder.width);
    encoder.write(event, row, 0);
    return row;
  };

  test('is the same only where the row is', () => {
    fc.assert(
      fc.property(fc.array(events, { minLength: 40, maxLength: 40 }), (all) => {
        const rows = new Map<string, Float32Array>();
        for (const event of all) {
          const key = encoder.keyOf!(event);
          const row = rowOf(event);
          expect(rows.get(key) ?? row).toEqual(row);
          rows.set(key, row);
        }
      }),
    );
  });

  test('tells the fields apart, wherever one ends and the next begins', () => {
    const keyOf = (process: Parameters<typeof makeProcessEvent>[0]): string =>
      encoder.keyOf!(makeProcessEvent(process));
    const key = keyOf({ process: { name: 'ab', executable: 'c' } });
    expect(keyOf({ process: { name: 'a', executable: 'bc' } })).not.toBe(key);
    expect(keyOf({ process: { name: 'abc', executable: '' } })).not.toBe(key);
    expect(keyOf({ process: { name: 'abc', executable: undefined } })).not.toBe(
      keyOf({ process: { name: 'abc', executable: '' } }),
    );
  });

  test('leaves out what the features do not read', () => {
    const [one, other] = ['1', '2'].map((id) =>
      encoder.keyOf!(makeProcessEvent({ id, process: { pid: Number(id), entityId: id } })),
    );
    expect(one).toBe(other);
  });
});

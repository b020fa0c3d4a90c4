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

describe('the facts behind the features', () => {
  const encoder = agentV1.createEncoder();
  const rowOf = (event: Parameters<typeof encoder.write>[0]): Float32Array => {
    const row = new Float32Array(encoder.width);
    encoder.write(event, row, 0);
    return row;
  };

  test('are the same only where the row is', () => {
    fc.assert(
      fc.property(fc.array(events, { minLength: 40, maxLength: 40 }), (all) => {
        const recent = new RecentAnswers<Float32Array>(100, 2_048);
        for (const event of all) {
          const facts = encoder.factsOf!(event);
          const row = rowOf(event);
          expect(recent.get(facts) ?? row).toEqual(row);
          recent.set(facts, row);
        }
      }),
    );
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

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rememberStart } from '../../src/anomaly/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const prediction = {
  prediction: 1,
  predictionProbability: 0.99,
  maliciousProbability: 0.99,
  blocklistLabel: undefined,
} as const;

const makeStart = (commandLine: string, args?: readonly string[]) => {
  const parent = { ...makeProcessEvent().process.parent, commandLine };
  const process = { name: 'cl.exe', commandLine, args, parent, workingDirectory: commandLine };
  return {
    event: makeProcessEvent({ process }),
    ancestors: [
      { entityId: 'A', pid: 4, name: 'a.exe', executable: undefined, commandLine, startMs: undefined },
    ],
    prediction,
  };
};

test('an ordinary start is remembered as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (line) => {
      const start = makeStart(line, [line, 'x']);
      expect(rememberStart(start)).toEqual(start);
    }),
  );
});

test('what is remembered of a start is bounded, whatever its texts are', () => {
  const line = `evil.exe ${'é'.repeat(32_000)} last`;
  const kept = rememberStart(makeStart(line, new Array(5_000).fill(line)));
  expect(kept.event.process.commandLine).toMatch(/^evil\.exe é+…é+ last$/u);
  expect(kept.event.process.commandLine).toHaveLength(4_096);
  expect(kept.event.process.args).toHaveLength(1);
  expect(kept.ancestors[0]!.commandLine).toHaveLength(4_096);
  expect(JSON.stringify(kept).length).toBeLessThan(30_000);
});

test('one start is remembered once, and its common parts once for all', () => {
  const start = makeStart('whoami');
  const kept = rememberStart(start);
  expect(rememberStart(start)).toBe(kept);
  expect(rememberStart(kept)).toBe(kept);
  expect(kept.ancestors).toBe(start.ancestors);
  const other = rememberStart(makeStart('net user'));
  expect(other.event.user).toBe(kept.event.user);
  expect(other.event.process.token).toBe(kept.event.process.token);
});

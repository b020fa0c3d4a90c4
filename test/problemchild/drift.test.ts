import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareDrift,
  createDriftTally,
  type DriftCounts,
  mergeDriftCounts,
} from '../../src/problemchild/index.ts';
import { processStart } from './agent-v1/process-start.ts';

const full = processStart({
  executable: 'C:\\Windows\\System32\\svchost.exe',
  commandLine: 'svchost.exe -k x',
  originalFileName: 'svchost.exe',
  parentExecutable: 'C:\\Windows\\System32\\services.exe',
  parentCommandLine: 'services.exe',
  userId: 'S-1-5-18',
  integrityLevel: 'System',
});
const { commandLine: _, ...bare } = { commandLine: 1, executable: 'C:\\a\\b.exe' };
const poor = processStart(bare);

function counted(event: typeof full, probabilities: readonly number[]): DriftCounts {
  const tally = createDriftTally();
  for (const probability of probabilities) tally.count(event, probability);
  return tally.snapshot();
}

const many = (value: number, count: number): number[] => new Array<number>(count).fill(value);

describe('drift', () => {
  test('the same scores and fields are steady', () => {
    const reference = counted(full, [...many(1e-6, 900), ...many(0.3, 100)]);
    const [drift] = compareDrift(reference, counted(full, [...many(1e-6, 905), ...many(0.3, 95)]));
    expect(drift).toMatchObject({ provider: 'sysmon', verdict: 'steady', fields: [] });
  });

  test('scores that move are drift', () => {
    const reference = counted(full, [...many(1e-6, 900), ...many(0.3, 100)]);
    const [drift] = compareDrift(reference, counted(full, [...many(1e-6, 500), ...many(0.3, 500)]));
    expect(drift!.verdict).toBe('drifted');
    expect(drift!.stabilityIndex).toBeGreaterThan(0.25);
  });

  test('a field that goes missing is named', () => {
    const [drift] = compareDrift(counted(full, many(1e-6, 1000)), counted(poor, many(1e-6, 1000)));
    expect(drift!.verdict).toBe('drifted');
    expect(drift!.fields).toContainEqual({
      field: 'process.command_line',
      referenceShare: 0,
      observedShare: 1,
    });
  });

  test('few events and unknown providers are not judged', () => {
    const reference = counted(full, many(1e-6, 1000));
    expect(compareDrift(reference, counted(full, [0.9]))[0]!.verdict).toBe('tooFewEvents');
    expect(compareDrift({}, reference)[0]!.verdict).toBe('noReference');
  });

  test('parts counted apart and merged are the whole', () => {
    const sample = fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(sample), fc.nat(), (samples, cut) => {
        const count = (part: readonly (readonly [boolean, number])[]): DriftCounts => {
          const tally = createDriftTally();
          for (const [isFull, probability] of part) tally.count(isFull ? full : poor, probability);
          return tally.snapshot();
        };
        const at = samples.length === 0 ? 0 : cut % samples.length;
        expect(mergeDriftCounts(count(samples.slice(0, at)), count(samples.slice(at)))).toEqual(
          count(samples),
        );
        const resumed = createDriftTally(count(samples.slice(0, at)));
        for (const [isFull, probability] of samples.slice(at))
          resumed.count(isFull ? full : poor, probability);
        expect(resumed.snapshot()).toEqual(count(samples));
      }),
    );
  });
});

import { expect, it } from 'vitest';
import { identify, type ProcessAct } from '../../src/response/index.ts';
import { FakeProcesses } from './fake-processes.ts';
import { noonMs } from './response-world.ts';

const target = { pid: 4240, createdMs: noonMs };
const meant = { name: 'evil.exe', parentPid: 3300 };

function found(facts: Partial<ProcessAct['facts']>): ProcessAct {
  const processes = new FakeProcesses();
  processes.start({ ...target, ...facts });
  return processes.look({ ...target, toleranceMs: 15 });
}

const renamed = { imagePath: 'C:\\Users\\anna\\readme.tmp', startName: 'Evil.exe' };
const stranger = { imagePath: 'C:\\Users\\anna\\evil.exe', startName: 'other.exe' };

it.each([0, 1, 15])(
  'whoever renames his image after the start stays who he is, within %d ms',
  (toleranceMs) => {
    expect(identify(found(renamed), { ...meant, target: { ...target, toleranceMs } })).toBe('match');
  },
);

it.each([1, 15])(
  'a time that is rounded to %d ms says nothing of one that had another name at the start',
  (toleranceMs) => {
    expect(identify(found(stranger), { ...meant, target: { ...target, toleranceMs } })).toBe('mismatch');
  },
);

it('where nobody knows the name at the start, the one of now counts', () => {
  const rounded = { ...meant, target: { ...target, toleranceMs: 1 } };
  expect(identify(found({ ...renamed, startName: undefined }), rounded)).toBe('mismatch');
  expect(identify(found({ ...stranger, startName: undefined }), rounded)).toBe('match');
});

it('an exact time is enough, but not against another parent', () => {
  const exact = { ...meant, target: { ...target, toleranceMs: 0 } };
  expect(identify(found({ imagePath: 'C:\\readme.tmp' }), exact)).toBe('match');
  expect(identify(found({ ...renamed, parentPid: 8 }), exact)).toBe('mismatch');
});

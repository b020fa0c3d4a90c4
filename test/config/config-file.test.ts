import { describe, expect, it } from 'vitest';
import { describeUnsafeMode } from '../../src/config/config-file.ts';

const self = 1000;
const root = 0;
const other = 1001;

describe('who may change the configuration file', () => {
  it.each([
    [0o600, self, true],
    [0o644, self, true],
    [0o644, root, true],
    [0o644, other, true],
    [0o664, self, true],
    [0o664, root, true],
    [0o664, other, false],
    [0o646, self, false],
    [0o602, root, false],
    [0o777, self, false],
  ])('mode %o of uid %d: %j', (mode, uid, isSafe) => {
    expect(describeUnsafeMode({ mode: 0o100000 | mode, uid }, { userId: self }) === undefined).toBe(isSafe);
  });

  it('is not asked on Windows, where modes say nothing', () => {
    expect(describeUnsafeMode({ mode: 0o100666, uid: 0 }, { userId: -1 })).toBeUndefined();
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKillSwitch, type RegistryNumber } from '../../src/agent/kill-switch.ts';

const folder = mkdtempSync(join(tmpdir(), 'pc-kill-'));
const there = join(folder, 'there');
writeFileSync(there, '');
const missing = join(folder, 'missing');
/** A name that no file can have: looking at it is an error. */
const unreadable = `${folder}/${'x'.repeat(5_000)}`;

const answers: Record<string, RegistryNumber | undefined> = {
  none: undefined,
  absent: () => undefined,
  zero: () => 0,
  one: () => 1,
  other: () => 7,
  broken: () => {
    throw new Error('access denied');
  },
};

describe('the kill switch', () => {
  it.each([
    [null, 'none', false],
    [null, 'absent', false],
    [null, 'zero', false],
    [null, 'one', true],
    [null, 'other', true],
    [null, 'broken', undefined],
    [missing, 'absent', false],
    [missing, 'one', true],
    [there, 'none', true],
    [there, 'absent', true],
    [there, 'broken', true],
    [unreadable, 'absent', undefined],
    [unreadable, 'one', true],
    [unreadable, 'broken', undefined],
  ] as const)('file %s and registry %s: %s', (file, registry, expected) => {
    const isKilled = createKillSwitch({
      file: () => file,
      registry: answers[registry],
      clock: { nowMs: () => 0 },
    });
    expect(isKilled()).toBe(expected);
  });

  it('asks the registry at most once a second, and again when the clock was set back', () => {
    let nowMs = 10_000;
    let value = 0;
    let asked = 0;
    const isKilled = createKillSwitch({
      file: () => null,
      registry: () => {
        asked++;
        return value;
      },
      clock: { nowMs: () => nowMs },
    });
    expect(isKilled()).toBe(false);
    value = 1;
    nowMs += 999;
    expect([isKilled(), asked]).toEqual([false, 1]);
    nowMs += 1;
    expect([isKilled(), asked]).toEqual([true, 2]);
    value = 0;
    nowMs -= 5_000;
    expect([isKilled(), asked]).toEqual([false, 3]);
  });

  it('looks at the file every time', () => {
    let file: string | null = null;
    const isKilled = createKillSwitch({
      file: () => file,
      registry: undefined,
      clock: { nowMs: () => 0 },
    });
    expect(isKilled()).toBe(false);
    file = there;
    expect(isKilled()).toBe(true);
  });
});

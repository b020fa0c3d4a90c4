import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintFolder, Reloadable } from '../../src/alert/index.ts';

describe('what is reloaded', () => {
  it('is refused whatever goes wrong, and stays as it was', () => {
    const failure = new RangeError('too deep');
    let version = 'first';
    const texts = new Reloadable(
      () => {
        if (version === 'second') throw failure;
        return version;
      },
      () => version,
    );
    version = 'second';
    expect(texts.reload()).toEqual({ kind: 'refused', error: failure });
    expect(texts.current).toBe('first');
    expect(texts.reload().kind).toBe('unchanged');
  });

  it('is read again where it changed while it was read', () => {
    let text = 'old';
    const texts = new Reloadable(
      () => {
        if (text !== 'half') return text;
        text = 'whole';
        throw new Error('half of it');
      },
      () => text,
    );
    text = 'half';
    expect(texts.reload().kind).toBe('refused');
    expect(texts.reload().kind).toBe('changed');
    expect(texts.current).toBe('whole');
  });
});

describe('the fingerprint of a folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fingerprint-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('changes with what may come into a folder, or leave it', () => {
    const target = `${folder}.target`;
    const steps: readonly (() => void)[] = [
      () => writeFileSync(join(folder, 'a.txt'), 'one'),
      () => writeFileSync(join(folder, 'a.txt'), 'two'),
      () => mkdirSync(join(folder, 'b.txt')),
      () => rmSync(join(folder, 'b.txt'), { recursive: true }),
      () => symlinkSync(target, join(folder, 'c.txt')),
      () => writeFileSync(target, 'three'),
      () => writeFileSync(target, 'four'),
    ];
    const seen = [fingerprintFolder(folder)];
    try {
      for (const step of steps) {
        step();
        seen.push(fingerprintFolder(folder));
      }
    } finally {
      rmSync(target, { force: true });
    }
    expect(seen).not.toContain(undefined);
    for (const [index, each] of seen.slice(1).entries()) expect(each).not.toBe(seen[index]);
  });
});

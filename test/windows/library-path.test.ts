import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findLibrary } from '../../src/windows/library-path.ts';

function newProgram(...libraries: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'pc-'));
  const program = join(root, 'src', 'windows');
  for (const folder of [program, join(root, 'build', 'native')]) mkdirSync(folder, { recursive: true });
  for (const library of libraries) writeFileSync(join(root, library), '');
  return program;
}

describe('where the native library is taken from', () => {
  test('beside the program first', () => {
    const program = newProgram('src/windows/problemchild.dll', 'build/native/problemchild.dll');
    expect(findLibrary(program)).toBe(join(program, 'problemchild.dll'));
  });

  test('then from the build of a checkout', () => {
    const program = newProgram('build/native/problemchild.dll');
    expect(findLibrary(program)).toBe(join(program, '../../build/native/problemchild.dll'));
  });

  test('from nowhere else: the error names every place', () => {
    const program = newProgram('problemchild.dll');
    const say = () => findLibrary(program);
    expect(say).toThrow(expect.objectContaining({ code: 'PC_NATIVE_LIBRARY' }));
    expect(say).toThrow(join(program, 'problemchild.dll'));
  });
});

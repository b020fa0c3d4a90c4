import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFlags } from '../../../src/agent/installation/index.ts';

const root = join(import.meta.dirname, '../../..');

test('every way to start the program from a checkout has its flags', () => {
  const [shebang] = readFileSync(join(root, 'src/cli/main.ts'), 'utf8').split('\n');
  expect(shebang).toBe(`#!/usr/bin/env -S node ${nodeFlags.join(' ')}`);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  expect(scripts.start).toMatch(new RegExp(`^node ${nodeFlags.join(' ')} src/cli/main\\.ts `));
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { nodeFlags } from '../../src/agent/installation/index.ts';

const brake = join(import.meta.dirname, '../../src/cli/heap-brake.ts');

/**
 * Fills a heap with objects of which every other one stays, calls the brake twice, and says in MB what of the old generation
 * is in use and what is held. The second time an array that is let go takes the heap over the limit.
 */
const program = `
const { createHeapBrake } = await import(${JSON.stringify(pathToFileURL(brake))});
const { getHeapSpaceStatistics } = await import('node:v8');
const brakeHeap = createHeapBrake();
const look = () => {
  const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space');
  return { used: old.space_used_size / 1048576, held: old.space_size / 1048576 };
};
let all = [];
for (let index = 0; index < 600_000; index++) all.push({ index, text: [index, index, index] });
const kept = all.filter((_, index) => index % 2 === 0);
all = undefined;
const before = look();
brakeHeap();
const large = new Array(12_000_000).fill(0);
brakeHeap();
console.log(JSON.stringify({ before, after: look(), kept: kept.length + large.length }));
`;

interface Look {
  readonly used: number;
  readonly held: number;
}

it('collects what is no longer needed, and gives back what is held by pages that are half in use', () => {
  const args = [...nodeFlags, '--input-type=module', '-e', program];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const { before, after, kept } = JSON.parse(output) as { before: Look; after: Look; kept: number };
  expect(kept).toBe(12_300_000);
  expect(before.used).toBeGreaterThan(60);
  expect(after.used).toBeLessThan(45);
  expect(after.held).toBeLessThan(after.used + 20);
});

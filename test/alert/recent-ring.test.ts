import { expect, test } from 'vitest';
import { RecentRing } from '../../src/alert/recent-ring.ts';
import type { StatePort } from '../../src/alert/state-port.ts';

/** Keeps rows in memory; what is written while `isDeaf` is lost. */
class Rows implements StatePort {
  readonly rows = new Map<string, unknown>();
  isDeaf = false;

  load(): [string, unknown][] {
    return [...this.rows].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  put(_: string, key: string, value: unknown): void {
    if (!this.isDeaf) this.rows.set(key, value);
  }

  remove(_: string, key: string): void {
    if (!this.isDeaf) this.rows.delete(key);
  }
}

function push(ring: RecentRing<number>, port: Rows, numbers: readonly number[]): void {
  for (const number of numbers) {
    ring.push(number);
    ring.save(port);
  }
}

test('goes on behind a stretch that is missing, and forgets what was before it', () => {
  const port = new Rows();
  const ring = new RecentRing<number>('kind', 5, port);
  push(ring, port, [0, 1, 2]);
  port.isDeaf = true;
  push(ring, port, [3]);
  port.isDeaf = false;
  push(ring, port, [4, 5]);

  const restored = new RecentRing<number>('kind', 5, port);
  expect([...restored.inOrder()]).toEqual([4, 5]);
  expect([...restored.latestFirst()]).toEqual([5, 4]);
  expect(restored.push(6)).toBeUndefined();
  restored.save(port);
  expect([...new RecentRing<number>('kind', 5, port).inOrder()]).toEqual([4, 5, 6]);
  // What is of no use any more leaves the port as ever.
  push(restored, port, [7, 8, 9, 10]);
  expect([...new RecentRing<number>('kind', 5, port).inOrder()]).toEqual([6, 7, 8, 9, 10]);
  expect(port.rows.size).toBe(5);
});

test('goes on where its oldest stretch is missing', () => {
  const port = new Rows();
  const ring = new RecentRing<number>('kind', 5, port);
  port.isDeaf = true;
  push(ring, port, [0, 1]);
  port.isDeaf = false;
  push(ring, port, [2]);
  expect([...new RecentRing<number>('kind', 5, port).inOrder()]).toEqual([2]);
});

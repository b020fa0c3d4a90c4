import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AnomalyStateTable, BookmarkTable, Store } from '../../src/store/index.ts';

const worker = join(import.meta.dirname, 'anomaly-worker.ts');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'faults-anomaly-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the worker and kills it after so many milliseconds. Returns whether it came to its end before. */
function runWorker(path: string, mode: string, killAfterMs?: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [worker, path, mode], { stdio: ['ignore', 'ignore', 'inherit'] });
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(true);
      else if (signal === 'SIGKILL') resolve(false);
      else reject(new Error(`the worker ended with ${code ?? signal}`));
    });
  });
}

function read(path: string, mode: 'default' | 'elastic') {
  const store = Store.open(path);
  try {
    return {
      state: new AnomalyStateTable(store).load(mode),
      records: store.connection.prepare('SELECT id, score, document FROM anomaly_record ORDER BY seq').all(),
      progress: Number(new BookmarkTable(store).get('worker') ?? 0),
    };
  } finally {
    store.close();
  }
}

it.each(['default', 'elastic'] as const)(
  'killed again and again, %s mode ends as if it never was',
  async (mode) => {
    const whole = join(folder, `${mode}-whole.db`);
    const killed = join(folder, `${mode}-killed.db`);
    await runWorker(whole, mode);
    let kills = 0;
    let pauseMs = 250;
    for (let before = 0; !(await runWorker(killed, mode, pauseMs)); kills++) {
      const { progress } = read(killed, mode);
      // Start-up alone may take longer on a slow machine.
      if (progress === before) pauseMs += 100;
      before = progress;
    }
    expect(kills).toBeGreaterThan(0);
    const expected = read(whole, mode);
    expect(expected.records.length).toBeGreaterThan(100);
    expect(read(killed, mode)).toEqual(expected);
  },
  300_000,
);

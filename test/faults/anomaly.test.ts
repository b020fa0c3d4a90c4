import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AnomalyStateTable, BookmarkTable, Store } from '../../src/store/index.ts';
import { createRandom } from '../support/random.ts';

const worker = join(import.meta.dirname, 'anomaly-worker.ts');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'faults-anomaly-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface End {
  /** Killed once it has told of so many batches, in the middle of whatever it does next. */
  readonly killAfter?: number;
  /** Kills itself in the middle of keeping this batch of its own. */
  readonly endAt?: number;
}

/** Runs the worker. Returns whether it came to its end before it was killed. */
function runWorker(path: string, mode: string, { killAfter = Infinity, endAt }: End = {}): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const args = [worker, path, mode, ...(endAt === undefined ? [] : [String(endAt)])];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = 0;
    child.stdout.on('data', (dots: Buffer) => {
      told += dots.length;
      if (told >= killAfter) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
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
    const random = createRandom(11);
    const some = () => 10 + Math.floor(random() * 60);
    let kills = 0;
    while (!(await runWorker(killed, mode, kills % 2 === 0 ? { endAt: some() } : { killAfter: some() }))) {
      kills++;
    }
    expect(kills).toBeGreaterThan(0);
    const expected = read(whole, mode);
    expect(expected.records.length).toBeGreaterThan(100);
    expect(read(killed, mode)).toEqual(expected);
  },
);

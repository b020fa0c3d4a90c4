/**
 * Takes a fixed recording into the state file named first, from where an earlier run was killed. Says a dot for each
 * batch that is kept. Kills itself in the middle of keeping its batch END_AT, where that is given.
 */
import { writeSync } from 'node:fs';
import { AnomalyEngine, type AnomalyMode } from '../../src/anomaly/index.ts';
import { AnomalyStateTable, BookmarkTable, Store } from '../../src/store/index.ts';
import { minuteMs, monday, start } from '../anomaly/starts.ts';

const [path, mode, endAt] = process.argv.slice(2) as [string, AnomalyMode, string?];
const batchSize = 50;
const count = 12_000;
const names = [
  'cmd.exe',
  'net.exe',
  'whoami.exe',
  'reg.exe',
  'word.exe',
  'mail.exe',
  'a.exe',
  'b.exe',
  'c.exe',
];

const store = Store.open(path);
const table = new AnomalyStateTable(store);
const bookmarks = new BookmarkTable(store);
const engine = new AnomalyEngine({
  options: { mode, checkpointStarts: 1_000, maxPairs: 1_000, minRecordScore: 0 },
  state: table.load(mode),
});
let left = Number(endAt ?? 0);
for (let at = Number(bookmarks.get('worker') ?? 0); at < count; at += batchSize) {
  for (let n = at; n < at + batchSize; n++) {
    engine.observe(
      start({
        id: `e${n}`,
        atMs: monday + n * minuteMs,
        host: `H${(n * 7) % 3}`,
        user: `user${(n * 13) % 5}`,
        parent: names[(n * 5) % 7]!,
        process: n % 97 === 0 ? `new${n}.exe` : names[(n * 31) % names.length]!,
        probability: n % 11 === 0 ? 0.5 + (n % 50) / 100 : 0.1,
      }),
    );
  }
  engine.takeClosed();
  store.transaction(() => {
    engine.save(table);
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
    bookmarks.set('worker', String(at + batchSize));
  });
  writeSync(process.stdout.fd, '.');
}
engine.flush();
store.transaction(() => engine.save(table));
store.close();

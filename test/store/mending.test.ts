import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutboxTable, Store, type StoreNotice } from '../../src/store/index.ts';
import { readIds } from '../support/enduring-store.ts';
import { type FailingDisk, failDiskOf, full, sound } from '../support/failing-disk.ts';
import { makeEntries, makeEntry } from '../support/outbox-entry.ts';

let folder: string;
let store: Store;
let outbox: OutboxTable;
let disk: FailingDisk;
let notices: StoreNotice[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-mending-'));
  store = Store.open(join(folder, 'state.db'));
  disk = failDiskOf(store);
  notices = [];
  store.endure({ onNotice: (notice) => notices.push(notice), nowMs: () => 0, retryMs: 0 });
  outbox = new OutboxTable(store);
  outbox.configure(['one']);
  outbox.add([makeEntry(0)]);
  disk.failure = full;
  for (const entry of makeEntries(4, 1)) outbox.add([entry]);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const idsOf = (...numbers: number[]): string[] => numbers.map((n) => makeEntry(n).eventId);

function storedIds(): string[] {
  const other = Store.open(store.path);
  try {
    return readIds(new OutboxTable(other));
  } finally {
    other.close();
  }
}

/** Commits fail until a statement has failed once. */
function failOnce(statement: RegExp, code: string): FailingDisk['failure'] {
  let isOver = false;
  return (sql) => {
    if (sql === 'COMMIT' && !isOver) return 'SQLITE_IOERR_WRITE';
    if (isOver || !statement.test(sql)) return undefined;
    isOver = true;
    return code;
  };
}

describe('what waits when it cannot even be written again', () => {
  it('is kept, and what cannot begin after it is none of it', () => {
    disk.failure = (sql) =>
      sql === 'COMMIT' ? 'SQLITE_IOERR_WRITE' : sql.startsWith('BEGIN') ? 'SQLITE_IOERR_READ' : undefined;
    outbox.add([makeEntry(5)]);
    expect(() => readIds(outbox)).toThrow('BEGIN');
    expect(() => outbox.add([makeEntry(6)])).toThrow('BEGIN');
    disk.failure = sound;
    expect(readIds(outbox)).toEqual(idsOf(0, 1, 2, 3, 4, 5));
    outbox.add([makeEntry(7)]);
    expect(store.isWaiting).toBe(false);
    expect(notices.map(({ kind }) => kind)).toEqual(['unwritable', 'writable']);
    expect(storedIds()).toEqual(idsOf(0, 1, 2, 3, 4, 5, 7));
    expect(outbox.totals()).toMatchObject({ entries: 7, put: 7 });
  });

  it.each([
    ['its beginning', /^BEGIN/, 'SQLITE_IOERR_READ'],
    ['its first statement', /^INSERT/, 'SQLITE_IOERR_READ'],
    ['a later statement', /^UPDATE outbox_totals SET entries/, 'SQLITE_IOERR_READ'],
    ['a lock', /^BEGIN/, 'SQLITE_BUSY'],
  ])('is whole after %s failed once', (_what, statement, code) => {
    disk.failure = failOnce(statement, code);
    outbox.advanceClock(1);
    disk.failure = sound;
    outbox.add([makeEntry(5)]);
    expect(storedIds()).toEqual(idsOf(0, 1, 2, 3, 4, 5));
    expect(outbox.totals()).toMatchObject({ entries: 6, put: 6 });
  });

  it('goes into the file that takes the place of one that turns out to be damaged', () => {
    disk.failure = (sql) =>
      sql === 'COMMIT' ? 'SQLITE_IOERR' : sql.startsWith('INSERT') ? 'SQLITE_CORRUPT' : undefined;
    outbox.advanceClock(1);
    outbox.add([makeEntry(5)]);
    expect(notices.map(({ kind }) => kind)).toContain('damaged');
    expect(storedIds()).toEqual(idsOf(1, 2, 3, 4, 5));
  });

  it('is committed as a whole when the store is closed, or not at all', () => {
    disk.failure = (sql) => (sql === 'COMMIT' || sql.startsWith('INSERT') ? 'SQLITE_IOERR' : undefined);
    outbox.advanceClock(1);
    disk.failure = (sql) => (sql.startsWith('INSERT') ? 'SQLITE_IOERR' : undefined);
    store.close();
    expect(storedIds()).toEqual(idsOf(0));
  });

  it('is committed when the store is closed once that is possible', () => {
    disk.failure = (sql) => (sql === 'COMMIT' || sql.startsWith('BEGIN') ? 'SQLITE_IOERR' : undefined);
    outbox.advanceClock(1);
    disk.failure = sound;
    store.close();
    expect(storedIds()).toEqual(idsOf(0, 1, 2, 3, 4));
  });
});

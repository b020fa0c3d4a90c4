import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutboxDesk, OutboxTable, openOrQuarantine, Store } from '../../src/store/index.ts';
import { nowMs, openEnduringStore, readIds } from '../support/enduring-store.ts';
import { failDiskOf, sound } from '../support/failing-disk.ts';
import { makeEntries, makeEntry } from '../support/outbox-entry.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-damage-'));
  path = join(folder, 'state.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function fill(): void {
  const store = Store.open(path);
  new OutboxTable(store).add(makeEntries(200));
  store.close();
}

describe('openOrQuarantine', () => {
  it('opens a sound file as it is, and makes one where there is none', () => {
    fill();
    const { store, quarantined } = openOrQuarantine(path, nowMs);
    expect(quarantined).toBeUndefined();
    expect(new OutboxTable(store).totals().entries).toBe(200);
    store.close();
    const fresh = openOrQuarantine(join(folder, 'other.db'), nowMs);
    expect(fresh.quarantined).toBeUndefined();
    fresh.store.close();
  });

  it('moves a file aside that is no state file, and one with damaged pages', () => {
    writeFileSync(path, 'not a database, but long enough to be looked at as one. '.repeat(100));
    const first = openOrQuarantine(path, nowMs);
    expect(first.quarantined?.path).toBe(`${path}.damaged-2026-11-18T09-41-22-000Z`);
    expect(new OutboxTable(first.store).totals().entries).toBe(0);
    first.store.close();

    fill();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 4, bytes.length - 4096);
    writeFileSync(path, bytes);
    const second = openOrQuarantine(path, nowMs);
    expect(second.quarantined?.path).toBe(`${path}.damaged-2026-11-18T09-41-22-000Z-2`);
    expect(second.quarantined?.reason).not.toBe('');
    second.store.close();
    expect(readdirSync(folder).filter((name) => /damaged.*(?:Z|-2)$/.test(name))).toHaveLength(2);
  });

  it('leaves alone what is not damaged: a newer schema, a folder', () => {
    fill();
    const store = Store.open(path);
    store.connection.pragma('user_version = 9999');
    store.close();
    expect(() => openOrQuarantine(path, nowMs)).toThrow(expect.objectContaining({ code: 'PC_STORE_NEWER' }));
    expect(() => openOrQuarantine(folder, nowMs)).toThrow(expect.objectContaining({ code: 'PC_STORE_OPEN' }));
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe('a file that gets damaged while it is open', () => {
  it('is moved aside, and the work at hand goes into a new one', () => {
    fill();
    const { store, outbox, bookmarks, notices } = openEnduringStore(path);
    outbox.add([makeEntry(500)]);
    const [{ seq: last } = { seq: 0 }] = outbox.read('one', 0, { maxEntries: 1, maxBytes: 1e9 });
    store.connection.pragma('wal_checkpoint(TRUNCATE)');
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, bytes.length);
    writeFileSync(path, bytes);
    // Makes SQLite read its pages again.
    store.connection.pragma('shrink_memory');

    store.transaction(() => {
      bookmarks.set('source', 'here');
      outbox.put([makeEntry(501)]);
    });
    expect(notices.map(({ kind }) => kind)).toContain('damaged');
    const [damaged] = notices.filter((notice) => notice.kind === 'damaged');
    expect(damaged?.path).toBe(`${path}.damaged-2026-11-18T09-41-22-000Z`);
    expect(bookmarks.get('source')).toBe('here');
    // Numbers go on, so that who has read up to the last one misses nothing.
    expect(readIds(outbox, last)).toEqual(['alert-00000501']);
    outbox.add([makeEntry(502)]);
    expect(store.isWaiting).toBe(false);
    store.close();
    const again = Store.open(path);
    expect(readIds(new OutboxTable(again))).toEqual(['alert-00000501', 'alert-00000502']);
    again.close();
  });

  it('leaves totals of what the new one holds, once it knows its destinations', () => {
    const { store, outbox } = openEnduringStore(path);
    outbox.add(makeEntries(200));
    const last = outbox.read('one', 0, { maxEntries: 100, maxBytes: 1e9 }).at(-1)!.seq;
    const disk = failDiskOf(store);
    disk.failure = (sql) => (sql === 'COMMIT' ? 'SQLITE_CORRUPT' : undefined);
    outbox.settle('one', { cursor: last, delivered: 100, filtered: 0, rejected: [] });
    disk.failure = sound;
    outbox.add([makeEntry(500)]);
    outbox.configure(['one']);
    outbox.add([makeEntry(501)]);
    const entries = outbox.read('one', 0, { maxEntries: 9, maxBytes: 1e9 });
    const bytes = entries.reduce((sum, { document }) => sum + Buffer.byteLength(document), 0);
    expect(outbox.totals()).toMatchObject({ entries: 2, bytes });
    expect(new OutboxDesk(store).destinations()).toMatchObject([{ offered: 2, delivered: 0, waiting: 2 }]);
    store.close();
    const again = Store.open(path);
    expect(new OutboxTable(again).totals()).toMatchObject({ entries: 2, bytes });
    again.close();
  });
});

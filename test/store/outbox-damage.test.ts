import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutboxIntake } from '../../src/forward/index.ts';
import { BookmarkTable, isStoreFull, OutboxTable, openOrQuarantine, Store } from '../../src/store/index.ts';
import { createMemoryLog } from '../support/memory-log.ts';
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

const nowMs = Date.UTC(2026, 10, 18, 9, 41, 22);

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

describe('a full disk', () => {
  it('keeps entries in memory, says so once, and stores them when there is room again', () => {
    const store = Store.open(path);
    const outbox = new OutboxTable(store);
    const bookmarks = new BookmarkTable(store);
    outbox.configure(['one']);
    const log = createMemoryLog();
    const intake = new OutboxIntake({ outbox, maxHeld: 3, log });
    const pages = store.connection.pragma('page_count', { simple: true }) as number;
    store.connection.pragma(`max_page_count = ${pages}`);

    const big = 'x'.repeat(100_000);
    const work = (): void => bookmarks.set('source', big);
    expect(intake.commit([makeEntry(0), makeEntry(1, { severity: 21 })], work)).toBe(false);
    expect(intake.commit([makeEntry(2), makeEntry(3), makeEntry(2)], work)).toBe(false);
    expect(bookmarks.get('source')).toBeUndefined();
    expect(intake.held).toEqual({ entries: 3, dropped: 1 });
    expect(outbox.totals().entries).toBe(0);
    expect(log.lines.map(({ level }) => level)).toEqual(['error']);

    store.connection.pragma('max_page_count = 100000');
    expect(intake.commit([makeEntry(4)], work)).toBe(true);
    expect(intake.held.entries).toBe(0);
    const stored = outbox.read('one', 0, { maxEntries: 10, maxBytes: 1e6 });
    expect(stored.map(({ eventId }) => eventId)).toEqual([
      'alert-00000000',
      'alert-00000002',
      'alert-00000003',
      'alert-00000004',
    ]);
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', message: 'the disk has room again' });
    store.close();
  });

  it('is told from other failures', () => {
    expect(isStoreFull(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }))).toBe(true);
    expect(isStoreFull(Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' }))).toBe(false);
    expect(isStoreFull('SQLITE_FULL')).toBe(false);
    const store = Store.open(path);
    const intake = new OutboxIntake({ outbox: new OutboxTable(store), maxHeld: 3, log: createMemoryLog() });
    const fail = (): void => {
      throw new Error('a bug');
    };
    expect(() => intake.commit([makeEntry(0)], fail)).toThrow('a bug');
    expect(intake.held.entries).toBe(0);
    store.close();
  });
});

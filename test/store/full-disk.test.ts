import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BookmarkTable, OutboxTable, StageStateTable, Store } from '../../src/store/index.ts';
import { openEnduringStore, readIds } from '../support/enduring-store.ts';
import { makeEntry } from '../support/outbox-entry.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';

const reason = whyNoSmallDisk();
if (reason !== undefined) process.stderr.write(`tests of a full disk skipped: ${reason}\n`);

let disk: SmallDisk;
let path: string;

const big = (letter: string): string => letter.repeat(100_000);

describe.skipIf(reason !== undefined)('a full disk', () => {
  beforeEach(() => {
    disk = mountSmallDisk(16_777_216);
    path = join(disk.folder, 'state.db');
  });
  afterEach(() => disk.remove());

  it('loses nothing: what is written is readable at once, and kept when there is room again', () => {
    const { store, outbox, bookmarks, kinds } = openEnduringStore(path);
    disk.fill();
    for (const [index, letter] of ['a', 'b', 'c'].entries()) {
      store.transaction(() => {
        bookmarks.set('source', big(letter));
        outbox.put([makeEntry(index)]);
      });
    }
    expect(kinds()).toEqual(['unwritable']);
    expect(store.isWaiting).toBe(true);
    expect(outbox.held).toBe(3);
    expect(readIds(outbox)).toEqual(['alert-00000000', 'alert-00000001', 'alert-00000002']);
    // What is sent meanwhile is settled as ever.
    outbox.settle('one', { cursor: 1, delivered: 1, filtered: 0, rejected: [] });
    expect(outbox.totals().entries).toBe(2);
    const other = Store.open(path);
    expect(new BookmarkTable(other).get('source')).toBeUndefined();

    disk.clear();
    outbox.add([makeEntry(3)]);
    expect(kinds()).toEqual(['unwritable', 'writable']);
    expect(outbox.held).toBe(0);
    expect(new BookmarkTable(other).get('source')).toBe(big('c'));
    expect(readIds(new OutboxTable(other))).toEqual(['alert-00000001', 'alert-00000002', 'alert-00000003']);
    expect(new OutboxTable(other).totals()).toMatchObject({ entries: 3, put: 4 });
    other.close();
    store.close();
  });

  it('keeps a failed transaction out of what waits', () => {
    const { store, outbox, bookmarks } = openEnduringStore(path);
    disk.fill();
    bookmarks.set('source', big('a'));
    const fail = (): void => {
      outbox.put([makeEntry(0)]);
      bookmarks.set('source', 'wrong');
      throw new Error('a bug');
    };
    expect(() => store.transaction(fail)).toThrow('a bug');
    outbox.add([makeEntry(1)]);
    disk.clear();
    outbox.add([makeEntry(2)]);
    expect(store.isWaiting).toBe(false);
    expect(readIds(outbox)).toEqual(['alert-00000001', 'alert-00000002']);
    expect(bookmarks.get('source')).toBe(big('a'));
    store.close();
  });

  it('bounds what waits: state is given up first, then the least severe alerts stay out, counted', () => {
    const { store, outbox, bookmarks, notices } = openEnduringStore(path, { maxBytes: 2_000_000 });
    disk.fill();
    for (let index = 0; index < 30; index++) bookmarks.set(`source ${index}`, big('x'));
    expect(notices.filter(({ kind }) => kind === 'given up').length).toBeGreaterThan(0);
    const document = JSON.stringify({ filler: 'y'.repeat(20_000) });
    const severities = [21, 47, 73, 99];
    for (let index = 0; index < 200; index++) {
      outbox.add([makeEntry(index, { severity: severities[index % 4] ?? 0, document })]);
    }
    const refused = outbox.takeRefused();
    const taken = readIds(outbox);
    expect([...refused.values()].reduce((sum, count) => sum + count, 0) + taken.length).toBe(200);
    expect([...refused.keys()].toSorted((a, b) => a - b)).toEqual(severities);
    const counts = severities.map((severity) => refused.get(severity) ?? 0);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    expect(counts[0]).toBeGreaterThan(counts[3] ?? 0);
    expect(outbox.takeRefused().size).toBe(0);
    disk.clear();
    // The next write of any kind commits what waits, and then there is room.
    outbox.advanceClock(1);
    outbox.add([makeEntry(900)]);
    expect(readIds(outbox)).toHaveLength(taken.length + 1);
    store.close();
  });

  it('gives what was learnt up as a whole, until somebody goes on from what the file holds', () => {
    const { store, outbox, notices } = openEnduringStore(path, { maxBytes: 2_000_000 });
    const state = new StageStateTable(store);
    const keys = (): string[] => state.load('kind').map(([key]) => key);
    state.put('kind', 'before', '');
    disk.fill();
    outbox.add([makeEntry(0, { document: JSON.stringify(big('y')) })]);
    for (let index = 0; index < 30; index++) state.put('kind', `during ${index}`, big('x'));
    expect(notices.map(({ kind }) => kind)).toEqual(['unwritable', 'given up']);
    expect([keys(), store.lacksState]).toEqual([['before'], true]);
    state.put('kind', 'later', '');
    state.remove('kind', 'before');
    disk.clear();
    outbox.add([makeEntry(1)]);
    expect(notices.at(-1)).toEqual({ kind: 'writable', givenUp: 32 });
    state.put('kind', 'later still', '');
    expect([keys(), store.lacksState]).toEqual([['before'], true]);
    store.acceptState();
    state.put('kind', 'at last', '');
    expect(keys()).toEqual(['at last', 'before']);
    store.close();
  });

  it('closes with what could be committed, and the next run goes on from there', () => {
    const enduring = openEnduringStore(path);
    enduring.bookmarks.set('source', 'before');
    disk.fill();
    enduring.store.transaction(() => {
      enduring.bookmarks.set('source', big('z'));
      enduring.outbox.put([makeEntry(0)]);
    });
    enduring.store.close();
    const store = Store.open(path);
    expect(new BookmarkTable(store).get('source')).toBe('before');
    expect(new OutboxTable(store).totals().entries).toBe(0);
    store.close();
  });

  it('is opened when it is full already, for one process alone', () => {
    Store.open(path).close();
    disk.fill();
    const store = Store.open(path);
    expect(() => Store.open(path)).toThrow(
      expect.objectContaining({ code: 'PC_STORE_OPEN', message: expect.stringContaining('locked') }),
    );
    store.close();
  });

  it('is an error for who does not endure', () => {
    const store = Store.open(path);
    const bookmarks = new BookmarkTable(store);
    disk.fill();
    expect(() => bookmarks.set('source', big('a'))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^SQLITE_(FULL|IOERR)/) }),
    );
    expect(() => store.transaction(() => bookmarks.set('source', big('a')))).toThrow(
      expect.objectContaining({ code: 'PC_STORE_FULL', where: path, message: expect.stringContaining(path) }),
    );
    store.close();
  });
});

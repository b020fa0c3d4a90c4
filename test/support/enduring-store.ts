import { BookmarkTable, OutboxTable, Store, type StoreNotice } from '../../src/store/index.ts';

export const nowMs = Date.UTC(2026, 10, 18, 9, 41, 22);

interface EnduringStore {
  readonly store: Store;
  /** With one reader, `one`. */
  readonly outbox: OutboxTable;
  readonly bookmarks: BookmarkTable;
  /** What the store has told so far. */
  readonly notices: StoreNotice[];
  kinds(): string[];
}

/** A store that goes on when its disk is full or its file is damaged, tries again at once, and has {@link nowMs} for its time. */
export function openEnduringStore(path: string, options: { readonly maxBytes?: number } = {}): EnduringStore {
  const store = Store.open(path);
  const notices: StoreNotice[] = [];
  store.endure({
    onNotice: (notice) => notices.push(notice),
    nowMs: () => nowMs,
    retryMs: 0,
    ...options,
  });
  const outbox = new OutboxTable(store);
  outbox.configure(['one']);
  return {
    store,
    outbox,
    bookmarks: new BookmarkTable(store),
    notices,
    kinds: () => notices.map(({ kind }) => kind),
  };
}

/** What `one` finds after this place. */
export function readIds(outbox: OutboxTable, after = 0): string[] {
  return outbox.read('one', after, { maxEntries: 1_000, maxBytes: 1e9 }).map(({ eventId }) => eventId);
}

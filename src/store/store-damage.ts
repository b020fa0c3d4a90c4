import { existsSync, renameSync } from 'node:fs';
import { AgentError } from '../errors/index.ts';
import { Store } from './store.ts';

/** Codes of SQLite, found on its errors and on what was made of them. */
function sqliteCode(error: unknown): string {
  if (error instanceof AgentError) return sqliteCode(error.cause);
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Whether a write failed because the disk is full: what was read before is sound, and writing may work later. */
export function isStoreFull(error: unknown): boolean {
  const code = sqliteCode(error);
  // Where SQLite cannot grow its log or its shared memory, it reports the failed write instead.
  return code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE' || code === 'SQLITE_IOERR_SHMSIZE';
}

/** Whether the file itself is damaged or no SQLite file. */
function isStoreDamaged(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB)/.test(sqliteCode(error));
}

export interface OpenedStore {
  readonly store: Store;
  /** Where the damaged file went, and what was wrong with it. */
  readonly quarantined: { readonly path: string; readonly reason: string } | undefined;
}

/**
 * Opens the file after a check of its structure; a damaged one is moved aside, its log with it, and a new one begun.
 *
 * @param nowMs names the file that is moved aside
 * @throws AgentError PC_STORE_OPEN or PC_STORE_NEWER as {@link Store.open}, for everything that is no damage
 */
export function openOrQuarantine(path: string, nowMs: number): OpenedStore {
  const damage = openChecked(path);
  if (damage instanceof Store) return { store: damage, quarantined: undefined };
  const aside = findFreeName(`${path}.damaged-${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}`);
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return { store: Store.open(path), quarantined: { path: aside, reason: damage } };
}

/** The store, or what is wrong with its file. */
function openChecked(path: string): Store | string {
  let store: Store | undefined;
  try {
    store = Store.open(path);
    const found = store.connection.pragma('quick_check(1)', { simple: true }) as string;
    if (found === 'ok') return store;
    store.close();
    return found;
  } catch (error) {
    store?.close();
    if (!isStoreDamaged(error)) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

function findFreeName(wanted: string): string {
  let name = wanted;
  for (let count = 2; existsSync(name); count++) name = `${wanted}-${count}`;
  return name;
}

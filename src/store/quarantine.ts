import { messageOf } from '../errors/index.ts';
import { Store } from './store.ts';
import { isStoreDamaged, moveAside } from './store-damage.ts';

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
  const aside = moveAside(path, nowMs);
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
    return messageOf(error);
  }
}

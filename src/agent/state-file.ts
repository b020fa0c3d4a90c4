import { AgentError } from '../errors/index.ts';
import { Store } from '../store/index.ts';

/**
 * Opens the state file that a command asks for, and closes it when `use` has its answer.
 * @throws AgentError PC_USAGE when none is named, PC_STORE_… when it is refused
 */
export function useStateFile<T>(
  file: string | null,
  use: (store: Store) => T,
  open: (path: string) => Store = Store.openExisting,
): T {
  const store = openStateFile(file, open);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

/** The state file for a caller who closes it. Throws as {@link useStateFile}. */
export function openStateFile(
  file: string | null,
  open: (path: string) => Store = Store.openExisting,
): Store {
  if (file === null) throw new AgentError('PC_USAGE', 'name the state file with --state');
  return open(file);
}

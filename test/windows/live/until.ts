import { setTimeout } from 'node:timers/promises';

/** Only bounds a hang: a machine that does other work takes long to start a second Node. */
export const patienceMs = 90_000;

/** Waits until something holds. @throws when it does not in time */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + patienceMs; Date.now() < endMs; ) {
    if (await holds()) return;
    await setTimeout(50);
  }
  throw new Error(`${what}: not within ${patienceMs / 1_000} s`);
}

/** Waits until there is something to be found. @throws when there is not in time */
export async function untilFound<T>(what: string, look: () => T | undefined): Promise<T> {
  let found: T | undefined;
  await until(what, () => {
    found = look();
    return found !== undefined;
  });
  return found!;
}

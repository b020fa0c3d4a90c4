import { writeText } from './evidence-files.ts';
import type { BundleFile } from './manifest.ts';
import type { Look } from './process-look.ts';

/** A bundle that is being put together. */
export interface Draft {
  readonly folder: string;
  readonly files: BundleFile[];
  readonly missing: { what: string; why: string }[];
  readonly signal: AbortSignal;
}

/** What comes of it; nothing once the signal says that time is up. */
export async function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const { promise: isOver, resolve } = Promise.withResolvers<undefined>();
  const end = () => resolve(undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([promise, isOver]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** The look if it saw something; else the bundle says why there is nothing. */
export function readable<T extends Look>(draft: Draft, what: string, look: T | undefined): T | undefined {
  if (look?.code === 'PC_OK') return look;
  const why = look === undefined ? 'nobody could look' : `${look.code} ${look.cause}`.trim();
  draft.missing.push({ what, why });
  return undefined;
}

export async function keepText(draft: Draft, file: string, text: string): Promise<void> {
  draft.files.push(await writeText(draft.folder, file, text));
}

export async function keepJson(draft: Draft, file: string, value: unknown): Promise<void> {
  await keepText(draft, file, `${JSON.stringify(value, undefined, 1)}\n`);
}

import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** The compressed NDJSON files of some folders, in the order of their names. */
export function eventFiles(folders: readonly string[], isWanted: (name: string) => boolean): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ndjson.gz') && isWanted(name))
      .sort()
      .map((name) => join(folder, name)),
  );
}

export async function* linesOf(path: string): AsyncGenerator<string> {
  const unpacked = createReadStream(path).pipe(createGunzip());
  for await (const line of createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== '') yield line;
}

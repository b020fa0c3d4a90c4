import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const maxTailBytes = 4_194_304;

/** The last lines of a log file, oldest first; none where there is no file that can be read. */
export function readLogTail(path: string | null, maxLines: number): string[] {
  if (path === null) return [];
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, maxTailBytes));
    const length = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString('utf8', 0, length).split('\n');
    // The first line may begin in its middle.
    if (size > maxTailBytes) lines.shift();
    return lines.filter((line) => line !== '').slice(-maxLines);
  } finally {
    closeSync(descriptor);
  }
}

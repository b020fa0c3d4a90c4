import { renameSync, writeFileSync } from 'node:fs';
import type { RecordingManifest } from './recording-manifest.ts';

/** Where the manifest of a recording is. The ending is none that `replay` reads in a folder. */
export function manifestPathOf(recording: string): string {
  return `${recording}.manifest`;
}

/** Replaces the manifest as a whole: whoever reads it sees the old one or the new one. */
export function writeManifest(path: string, manifest: RecordingManifest): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(temporary, path);
}

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFileName, type LoadedBundle, weightsFileName } from './bundle-loader.ts';

/**
 * Writes a bundle's two files into a folder, making it if need be. bundle.json comes last and whole, so
 * that a folder with half of a bundle is refused for its hash and never used.
 */
export async function saveBundle(directory: string, { bundle, weights }: LoadedBundle): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeWhole(join(directory, weightsFileName), weights);
  await writeWhole(join(directory, bundleFileName), `${JSON.stringify(bundle, undefined, 2)}\n`);
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.tmp`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}

import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The checkout this harness belongs to. */
export const checkout = resolve(import.meta.dirname, '../../..');

/** Everything the harness downloads, installs or writes; git-ignored, removable at any time. */
export const cache = join(checkout, 'build', 'wine');

export const wineRoot = join(cache, 'root');
const runsFolder = join(cache, 'runs');
export const nativeBuild = join(checkout, 'build', 'native');

/** Where the checkout and the folder of shared data beside it appear inside the Wine root. */
export const mounts = { checkout: '/checkout', shared: '/shared' } as const;

/** Wine maps Z: to the root of its file system. */
export function windowsPath(path: string): string {
  if (process.platform === 'win32') return path;
  const below = relative(checkout, resolve(checkout, path));
  if (below.startsWith('..')) throw new Error(`${path} is outside the checkout, where Windows cannot see it`);
  return `Z:${mounts.checkout}/${below}`.replaceAll('/', '\\');
}

/** An empty folder for one run's files, visible from both sides. */
export function newRunFolder(name: string): string {
  const folder = join(runsFolder, `${name}-${process.pid}-${runCount++}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}
let runCount = 0;

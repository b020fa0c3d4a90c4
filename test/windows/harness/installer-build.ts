import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasTool, runTool } from '../../../installer/run-tool.ts';
import { checkout, wineRoot } from './layout.ts';

/** Versions that the tests of the installer install, the older first. */
const versions = ['0.0.9', undefined];
const prefix = '/root/prefix-installer';

/** Builds the installer as released, and one that calls itself older. Without its tools the tests skip. */
export function buildInstallers(report: (line: string) => void): void {
  if (!['wixl', 'msibuild'].every((tool) => hasTool(tool))) {
    report('wixl or msitools is not installed: no installer to test');
    return;
  }
  report('building the installer');
  runTool(process.execPath, [join(checkout, 'installer/build.ts')], { cwd: checkout });
  for (const version of versions) {
    const flags = version === undefined ? ['--keep-payload'] : ['--product-version', version];
    runTool(process.execPath, [join(checkout, 'installer/msi/build.ts'), ...flags], { cwd: checkout });
  }
}

/** A machine of its own for what installs services: a copy of the Wine prefix, made anew. */
export function newMachine(): Readonly<Record<string, string>> {
  if (process.platform === 'win32') return {};
  const copy = join(wineRoot, prefix);
  if (existsSync(copy)) rmSync(copy, { recursive: true, force: true });
  cpSync(join(wineRoot, 'root/prefix'), copy, { recursive: true, verbatimSymlinks: true });
  return { WINEPREFIX: prefix };
}

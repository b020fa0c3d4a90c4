import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hasTool, runTool } from '../run-tool.ts';
import { prepareWindowsPackages } from '../windows-packages.ts';
import { createFileList, nameGuid } from './file-list.ts';
import { layOutPayload } from './payload.ts';
import { createSbom } from './sbom.ts';
import { readSigning, signFile } from './sign.ts';
import { fillGaps } from './wixl-gaps.ts';

/*
 * `npm run build:msi`: the installer from dist/ and build/native. With --product-version the package calls itself
 * another version, which the tests of upgrades need; --keep-payload takes the files laid out before.
 */

const checkout = resolve(import.meta.dirname, '../..');
const output = join(checkout, 'build', 'msi');
const payload = join(output, 'payload');
const maxBytes = 60 * 1024 * 1024;

const { values: flags } = parseArgs({
  options: { 'product-version': { type: 'string' }, 'keep-payload': { type: 'boolean' } },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
  const wanted = flags['product-version'] ?? version;
  // Windows Installer compares three numbers and knows no pre-releases.
  if (!/^\d{1,3}\.\d{1,3}\.\d{1,5}$/.test(wanted))
    throw new Error(`${wanted} is no version for an installer`);
  return wanted;
}

function requireInputs(): void {
  for (const tool of ['wixl', 'msibuild']) {
    if (!hasTool(tool)) throw new Error(`${tool} is not installed (Debian: wixl msitools)`);
  }
  for (const [file, command] of [
    ['dist/lib/problemchild/problemchild.mjs', 'npm run build'],
    ['build/native/problemchild.dll', 'npm run build:native'],
    ['build/native/setup.dll', 'npm run build:native'],
  ] as const) {
    if (!existsSync(join(checkout, file))) throw new Error(`${file} is not there: ${command}`);
  }
}

function compile(version: string): string {
  const main = join(import.meta.dirname, 'problemchild.wxs');
  const source = readFileSync(main, 'utf8');
  const upgradeCode = /UpgradeCode="\{(.*?)\}"/.exec(source)![1]!;
  const files = join(output, 'files.wxs');
  writeFileSync(files, createFileList(payload, 'payload', upgradeCode));
  const msi = join(output, `problemchild-${version}-x64.msi`);
  rmSync(msi, { force: true });
  const variables = {
    wixl: '1',
    Version: version,
    // One version is one product: Windows Installer refuses a second package of it beside the first.
    ProductCode: nameGuid(upgradeCode, `product ${version}`),
    // wixl takes no absolute paths; all are relative to the folder it runs in.
    Payload: 'payload',
    Setup: '../native/setup.dll',
  };
  const defines = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  runTool('wixl', ['-a', 'x64', ...defines, '-o', msi, main, files], { cwd: output });
  fillGaps(msi, source);
  return msi;
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

const version = readVersion();
requireInputs();
prepareWindowsPackages(say);
mkdirSync(output, { recursive: true });
if (flags['keep-payload'] !== true || !existsSync(payload)) layOutPayload(payload);
const signing = readSigning(process.env);
const library = join(payload, 'bin', 'problemchild.dll');
if (signing !== undefined) signFile(library, signing);
const msi = compile(version);
if (signing !== undefined) signFile(msi, signing);
const bytes = statSync(msi).size;
if (bytes > maxBytes) throw new Error(`${msi} has ${bytes} bytes, more than ${maxBytes}`);
const sbom = msi.replace(/\.msi$/, '.cdx.json');
writeFileSync(sbom, createSbom(version, library));
// In the form that `sha256sum --check` reads.
const sums = [msi, sbom].map((file) => `${sha256(file)}  ${basename(file)}\n`);
writeFileSync(msi.replace(/\.msi$/, '.sha256'), sums.join(''));
say(`${msi}: ${(bytes / 1024 / 1024).toFixed(1)} MB`);

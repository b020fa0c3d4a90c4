import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { nodeFlags } from '../../src/agent/installation/index.ts';
import { windowsNode, windowsPackages } from '../windows-packages.ts';
import { formatThirdParty } from './third-party.ts';

const checkout = resolve(import.meta.dirname, '../..');

/** A package that cannot be bundled, and the files of it that Windows on x64 needs. */
interface ShippedPackage {
  readonly name: string;
  readonly files: readonly string[];
  /** Fetched for Windows rather than installed here. */
  readonly windowsOnly?: true;
}

/** What `node_modules` of the installed program holds. A test loads each inside Windows. */
const shippedPackages: readonly ShippedPackage[] = [
  { name: 'better-sqlite3', files: ['lib/**/*.js', 'prebuilds/win32-x64.node'] },
  { name: 'ffi-napi', files: ['lib/**/*.js', 'prebuilds/win32-x64/node.napi.uv1.node'] },
  { name: 'ref-napi', files: ['lib/**/*.js', 'prebuilds/win32-x64/node.napi.node'] },
  {
    name: 'ref-struct-di',
    files: ['lib/**/*.js', 'node_modules/debug/src/*.js', 'node_modules/debug/package.json'],
  },
  { name: 'get-symbol-from-current-process-h', files: ['*.js'] },
  { name: 'get-uv-event-loop-napi-h', files: ['*.js'] },
  { name: 'node-gyp-build', files: ['*.js'] },
  { name: 'debug', files: ['src/**/*.js'] },
  { name: 'ms', files: ['*.js'] },
  { name: 'koffi', files: ['index.{js,cjs}', 'src/koffi/index.{js,cjs}', 'src/koffi/src/*.{js,cjs}'] },
  { name: '@koromix/koffi-win32-x64', files: ['*.js', 'win32_x64/*.node'], windowsOnly: true },
  {
    name: 'onnxruntime-node',
    // DirectML.dll, dxcompiler.dll and dxil.dll are for graphics cards.
    files: ['dist/**/*.js', 'bin/napi-v6/win32/x64/onnxruntime.dll', 'bin/napi-v6/win32/x64/*.node'],
  },
  { name: 'onnxruntime-common', files: ['dist/cjs/**/*.js', 'dist/cjs/package.json'] },
];

function packageFolder({ name, windowsOnly }: ShippedPackage): string {
  return join(windowsOnly === true ? windowsPackages : checkout, 'node_modules', name);
}

/**
 * Runs the program from any folder; what goes onto PATH. It says where the installer put the configuration: without
 * that, the commands about the agent would look at an agent of defaults.
 */
const launcher = [
  '@echo off',
  'setlocal',
  'set "PC_INSTALLED_CONFIG=%ProgramData%\\ProblemChild\\problemchild.yaml"',
  `"%~dp0node.exe" ${nodeFlags.join(' ')} "%~dp0..\\lib\\problemchild\\problemchild.mjs" %*`,
  '',
].join('\r\n');

/** Lays out in `folder` what is installed, from dist/, build/native and node_modules. */
export function layOutPayload(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  cpSync(join(checkout, 'dist'), folder, {
    recursive: true,
    // Source maps double the size of the script; `models/priors` holds only what makes them.
    filter: (path) => !path.endsWith('.map') && !path.endsWith(join('models', 'priors')),
  });
  cpSync(join(checkout, 'docs'), join(folder, 'docs'), {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  });
  cpSync(windowsNode, join(folder, 'bin', 'node.exe'));
  cpSync(join(checkout, 'build/native/problemchild.dll'), join(folder, 'bin', 'problemchild.dll'));
  writeFileSync(join(folder, 'bin', 'problemchild.cmd'), launcher);
  for (const each of shippedPackages) copyPackage(each, join(folder, 'node_modules', each.name));
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), formatThirdParty());
}

/** @throws Error where a pattern finds nothing: the package has changed its layout */
function copyPackage(shipped: ShippedPackage, target: string): void {
  const source = packageFolder(shipped);
  for (const pattern of ['package.json', ...shipped.files]) {
    const files = globSync(pattern, { cwd: source, exclude: (name) => name === 'test' });
    if (files.length === 0 && !pattern.includes('**')) {
      throw new Error(`${shipped.name} has no ${pattern}; see installer/msi/payload.ts`);
    }
    for (const file of files) {
      mkdirSync(dirname(join(target, file)), { recursive: true });
      cpSync(join(source, file), join(target, file));
    }
  }
}

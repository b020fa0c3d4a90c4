import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { directImports } from './direct-imports.ts';

/**
 * `node installer/build.ts` makes dist/: one bundled script with the files it reads, and the native packages it needs named in a package.json
 * of its own. The script lies two folders deep, as every module of src/ does, so that relative asset paths hold.
 * Tests name a folder and an entry of their own, `node installer/build.ts FOLDER ENTRY`, and bundle it the same way.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const [folder = 'dist', entry = 'src/cli/main.ts'] = process.argv.slice(2);
const dist = join(root, folder);
const lib = join(dist, 'lib', 'problemchild');
/** Packages with native binaries cannot be bundled; ffi-napi brings ref-napi. */
const external = ['better-sqlite3', 'ffi-napi', 'koffi', 'onnxruntime-node', 'ref-napi'];

rmSync(dist, { recursive: true, force: true });
mkdirSync(lib, { recursive: true });
await build({
  entryPoints: {
    problemchild: join(root, entry),
    // Each thread of the program is a file of its own.
    'watchdog-thread': join(root, 'src/agent/watchdog-thread.ts'),
    'reader-thread': join(root, 'src/windows/reader-thread.ts'),
  },
  outdir: lib,
  bundle: true,
  // What only some commands need is in files of its own, read when it is needed.
  splitting: true,
  chunkNames: 'part-[hash]',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The program's text stays in memory as long as the agent runs. Names stay as they are: stack traces are read without
  // the source map, which is not installed.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'linked',
  external,
  plugins: [directImports],
  // Bundled CommonJS packages call require.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
  },
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
});
for (const file of globSync('*.mjs', { cwd: lib })) requireAscii(join(lib, file));
for (const [from, name] of [
  ['src/detection/rules', 'rules'],
  ['src/alert/exceptions/sets', 'sets'],
  ['src/alert/triage/facts.yml', 'facts.yml'],
] as const) {
  cpSync(join(root, from), join(lib, name), { recursive: true });
}
cpSync(join(root, 'siem'), join(dist, 'siem'), { recursive: true });
cpSync(join(root, 'models'), join(dist, 'models'), {
  recursive: true,
  filter: (path) => !path.startsWith(join(root, 'models', 'training')),
});
for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md']) cpSync(join(root, name), join(dist, name));

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dependencies = Object.fromEntries(
  external.map((name) => [name, manifest.dependencies[name]]).filter(([, version]) => version !== undefined),
);
const { name, version, description, license, type, engines } = manifest;
writeFileSync(
  join(dist, 'package.json'),
  `${JSON.stringify(
    {
      name,
      version,
      description,
      license,
      type,
      engines,
      bin: { problemchild: 'lib/problemchild/problemchild.mjs' },
      dependencies,
    },
    null,
    2,
  )}\n`,
);

/** Node keeps a script that has one character beyond ASCII with two bytes for each. @throws Error where it stands */
function requireAscii(path: string): void {
  const text = readFileSync(path, 'utf8');
  const at = text.search(/[^\0-\x7f]/);
  if (at < 0) return;
  throw new Error(
    `${path}: not ASCII, as in a regular expression: ${text.slice(Math.max(0, at - 60), at + 20)}`,
  );
}

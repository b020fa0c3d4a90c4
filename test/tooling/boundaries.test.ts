import { execFileSync, type SpawnSyncReturns } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `rule: from → to` of every violation that the boundary check reports on a tree of these files. */
function cruise(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'pc-boundaries-'));
  try {
    for (const name of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, name), join(folder, name));
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const args = ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
    let output: string;
    try {
      output = execFileSync(process.execPath, [cli, ...args], {
        cwd: folder,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    } catch (error) {
      output = (error as SpawnSyncReturns<string>).stdout;
    }
    const { summary } = JSON.parse(output) as {
      summary: { violations: { rule: { name: string }; from: string; to: string }[]; totalCruised: number };
    };
    expect(summary.totalCruised).toBeGreaterThanOrEqual(Object.keys(files).length);
    // node_modules is a link here, and is reported by where it really is.
    return summary.violations
      .map(
        ({ rule, from, to }) => `${rule.name}: ${from} → ${to.replace(/^.*node_modules\//, 'node_modules/')}`,
      )
      .sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sound = {
  'src/errors/index.ts': 'export const code = 1;',
  'src/text/index.ts': "export { code } from '../errors/index.ts';",
  'src/event/index.ts':
    "import { createHash } from 'node:crypto';\nexport const hash = createHash;\nexport type E = 1;",
  'src/lineage/index.ts': "import type { E } from '../event/index.ts';\nexport type L = E;",
  'src/problemchild/index.ts': "export * from './bundle-loader.ts';",
  'src/problemchild/bundle-loader.ts':
    "import { readFileSync } from 'node:fs';\nimport 'onnxruntime-node';\nexport const load = readFileSync;",
  'src/detection/index.ts':
    "import type { L } from '../lineage/index.ts';\nimport { z } from 'zod';\nexport type D = [L, typeof z];",
  'src/alert/index.ts': "export type { D } from '../detection/index.ts';",
  'src/store/index.ts': "import 'better-sqlite3';\nexport type { D } from '../alert/index.ts';",
  'src/agent/index.ts':
    "export * from '../store/index.ts';\nexport { load } from '../problemchild/index.ts';",
  'src/agent/control/index.ts': "import 'node:net';",
  'src/cli/main.ts': "import 'commander';\nimport '../agent/index.ts';\nusing x = { [Symbol.dispose]() {} };",
};

/** One planted violation each, with what must be said of it. */
const planted: readonly (readonly [what: string, file: string, text: string, reported: string])[] = [
  [
    'a room reaching up',
    'src/event/up.ts',
    "import '../agent/index.ts';",
    'room-event: src/event/up.ts → src/agent/index.ts',
  ],
  [
    'a type of a room above',
    'src/lineage/up.ts',
    "import type { D } from '../alert/index.ts';\nexport type X = D;",
    'room-lineage: src/lineage/up.ts → src/alert/index.ts',
  ],
  [
    'a re-export',
    'src/detection/re-export.ts',
    "export * from '../store/index.ts';",
    'room-detection: src/detection/re-export.ts → src/store/index.ts',
  ],
  [
    'a dynamic import',
    'src/alert/dynamic.ts',
    "export const late = () => import('../store/index.ts');",
    'room-alert: src/alert/dynamic.ts → src/store/index.ts',
  ],
  [
    'a leaf that imports a room',
    'src/errors/leaf.ts',
    "import '../event/index.ts';",
    'room-errors: src/errors/leaf.ts → src/event/index.ts',
  ],
  [
    'a command that opens the store',
    'src/cli/store.ts',
    "import '../store/index.ts';",
    'room-cli: src/cli/store.ts → src/store/index.ts',
  ],
  [
    'reaching around a face',
    'src/agent/around.ts',
    "import '../problemchild/bundle-loader.ts';",
    'face: src/agent/around.ts → src/problemchild/bundle-loader.ts',
  ],
  [
    'a folder that is no room',
    'src/helpers/index.ts',
    "import '../errors/index.ts';",
    'known-room: src/helpers/index.ts → src/errors/index.ts',
  ],
  ['files in a pure room', 'src/detection/read.ts', "import 'node:fs';", 'pure: src/detection/read.ts → fs'],
  [
    'a clock in a pure room',
    'src/event/time.ts',
    "import 'node:perf_hooks';",
    'pure: src/event/time.ts → perf_hooks',
  ],
  [
    'files outside a loader',
    'src/alert/read.ts',
    "import 'node:fs/promises';",
    'node-fs: src/alert/read.ts → fs/promises',
  ],
  [
    'a guard that asks the system',
    'src/response/guard.ts',
    "import 'node:os';",
    'pure: src/response/guard.ts → os',
  ],
  [
    'a socket of the agent outside its control channel',
    'src/agent/socket.ts',
    "import 'node:net';",
    'node-socket: src/agent/socket.ts → net',
  ],
  ['a socket', 'src/alert/socket.ts', "import 'node:net';", 'node-socket: src/alert/socket.ts → net'],
  [
    'a child process',
    'src/agent/spawn.ts',
    "import 'node:child_process';",
    'node-process: src/agent/spawn.ts → child_process',
  ],
  [
    'a package that ships not',
    'src/agent/dev.ts',
    "import 'fast-check';",
    'no-dev-package: src/agent/dev.ts → node_modules/fast-check/',
  ],
  [
    'a module that is not there',
    'src/agent/lost.ts',
    "import './nowhere.ts';",
    'resolvable: src/agent/lost.ts → ./nowhere.ts',
  ],
  [
    'a test in the product',
    'src/agent/test.ts',
    "import '../../test/x.ts';",
    'inside-src: src/agent/test.ts → test/x.ts',
  ],
  ...[
    ['better-sqlite3', 'alert'],
    ['onnxruntime-node', 'agent'],
    ['koffi', 'response'],
    ['ffi-napi', 'agent'],
    ['ref-napi', 'agent'],
    ['winston', 'agent'],
    ['undici', 'alert'],
    ['commander', 'agent'],
    ['yauzl', 'event'],
    ['tinyglobby', 'cli'],
  ].map(([name, room]): readonly [string, string, string, string] => [
    `${name} in ${room}`,
    `src/${room}/with-${name}.ts`,
    `import '${name}';`,
    `package-${name}: src/${room}/with-${name}.ts → node_modules/${name}/`,
  ]),
];

describe('import boundaries', () => {
  it('let a sound tree pass', () => {
    expect(cruise(sound)).toEqual([]);
  });

  it('refuse a cycle', () => {
    const cycle = {
      'src/log/index.ts': "import './a.ts';",
      'src/log/a.ts': "import type { B } from './b.ts';\nexport type A = B;",
      'src/log/b.ts': "import type { A } from './a.ts';\nexport type B = A;",
    };
    expect(cruise({ ...sound, ...cycle })).toEqual(['no-cycle: src/log/a.ts → src/log/b.ts']);
  });

  describe('refuse', () => {
    const found = cruise({
      ...sound,
      'test/x.ts': 'export {};',
      ...Object.fromEntries(planted.map(([, file, text]) => [file, text])),
    });

    it.each(planted)('%s', (_, file, __, reported) => {
      const own = found.filter((line) => line.includes(`: ${file} → `));
      expect(own.map((line) => line.slice(0, reported.length))).toContain(reported);
    });

    it('nothing else', () => {
      const files = new Set(planted.map(([, file]) => file));
      expect(found.filter((line) => ![...files].some((file) => line.includes(`: ${file} → `)))).toEqual([]);
    });
  });
});

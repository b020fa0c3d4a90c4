import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { windowsPackages } from '../../../installer/windows-packages.ts';
import { cache, checkout, mounts, newRunFolder, windowsPath, wineRoot } from './layout.ts';

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Folder on this side; the checkout by default. */
  readonly cwd?: string;
  readonly timeoutMs: number;
}

export interface SpawnResult {
  /** -1 where the time ran out. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command inside the Wine root, in name spaces of its own: when it ends, or is killed on its time
 * limit, its mounts and every process it left behind (wineserver, services.exe, test victims) go with it.
 * One session at a time uses the prefix; a second one waits for the lock.
 *
 * Output goes through files: a Windows node.exe cannot write to a Unix pipe under Wine.
 */
export async function spawnInWineRoot(
  command: readonly string[],
  options: SpawnOptions,
): Promise<SpawnResult> {
  const folder = newRunFolder('session');
  const outPath = join(folder, 'stdout.txt');
  const errPath = join(folder, 'stderr.txt');
  const out = openSync(outPath, 'w');
  const err = openSync(errPath, 'w');
  const inside = `${mounts.checkout}/${resolve(options.cwd ?? checkout).slice(checkout.length)}`;
  const environment = { ...wineEnvironment(), ...options.env };
  const args = [
    '--no-fork',
    join(cache, 'lock'),
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--propagation',
    'private',
    'sh',
    '-ec',
    enterScript,
    'enter',
    inside,
    'env',
    '-i',
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...command,
  ];
  try {
    const exitCode = await new Promise<number>((done, failed) => {
      const child = spawn('flock', args, { stdio: ['ignore', out, err] });
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
      }, options.timeoutMs);
      child.once('error', failed);
      child.once('exit', (code) => {
        clearTimeout(timer);
        done(timedOut ? -1 : (code ?? -1));
      });
    });
    return { exitCode, stdout: readFileSync(outPath, 'utf8'), stderr: readFileSync(errPath, 'utf8') };
  } finally {
    closeSync(out);
    closeSync(err);
  }
}

const shared = resolve(checkout, '..', 'shared');
const enterScript = [
  `mount --bind '${checkout}' '${wineRoot}${mounts.checkout}'`,
  ...(existsSync(shared) ? [`mount --bind -o ro '${shared}' '${wineRoot}${mounts.shared}'`] : []),
  `mount -t proc proc '${wineRoot}/proc'`,
  `mount --rbind /dev '${wineRoot}/dev'`,
  `mount -t tmpfs tmpfs '${wineRoot}/tmp'`,
  'inside=$1; shift',
  `exec chroot '${wineRoot}' sh -c 'cd "$0" && exec "$@"' "$inside" "$@"`,
].join('\n');

function wineEnvironment(): Record<string, string> {
  return {
    PATH: '/usr/bin:/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
    WINEPREFIX: '/root/prefix',
    WINEDEBUG: '-all',
    // No offers to download .NET or a browser engine.
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
    // For tests of what Wine does not have; not PC_…, which the installed agent would take for a setting.
    TEST_UNDER_WINE: '1',
    XDG_RUNTIME_DIR: '/tmp',
    // The FFI package looks its Windows binary up by name; npm on Linux does not install it.
    NODE_PATH: windowsPath(join(windowsPackages, 'node_modules')),
  };
}

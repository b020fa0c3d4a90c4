import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasTool, runTool } from '../../../installer/run-tool.ts';
import { cache, mounts, wineRoot } from './layout.ts';
import { WindowsUnavailable } from './unavailable.ts';
import { spawnInWineRoot } from './wine-session.ts';

// Wine 8 of Debian 12 cannot start Node 24; Wine 10 of Debian 13 can.
const suite = 'trixie';
const archive = 'http://deb.debian.org/debian';
/** Changes when the recipe below does, so that an older root is built anew. */
const recipe = `${suite} wine wine64 2`;
/** Wine gives a service 10 s to report itself, Windows 30; a busy machine may need more to start Node. */
const patientServices =
  "wine reg add 'HKLM\\System\\CurrentControlSet\\Control' /v ServicesPipeTimeout /t REG_DWORD /d 120000 /f";
const stamp = join(cache, 'root.stamp');

/** Builds the Debian folder with Wine and an initialised prefix, unless it is already there. */
export async function prepareWineRoot(report: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) throw new WindowsUnavailable('not root: a Debian folder needs chroot');
  if (process.arch !== 'x64') throw new WindowsUnavailable(`no Wine for ${process.arch} here`);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === recipe) return;
  rmSync(stamp, { force: true });
  mkdirSync(cache, { recursive: true });

  installDebootstrap(report);
  report(`installing Debian ${suite} with Wine (about two minutes)`);
  const partial = `${wineRoot}.partial`;
  rmSync(partial, { recursive: true, force: true });
  rmSync(wineRoot, { recursive: true, force: true });
  try {
    runTool('debootstrap', ['--variant=minbase', '--include=wine,wine64', suite, partial, archive]);
  } catch (error) {
    throw new WindowsUnavailable(`Debian ${suite} could not be installed: ${(error as Error).message}`);
  }
  rmSync(join(partial, 'var/cache/apt/archives'), { recursive: true, force: true });
  for (const mount of Object.values(mounts)) mkdirSync(join(partial, mount), { recursive: true });
  renameSync(partial, wineRoot);

  report('initialising the Wine prefix');
  const boot = await spawnInWineRoot(['sh', '-c', `wineboot --init && ${patientServices} && wineserver -w`], {
    timeoutMs: 180_000,
  });
  if (boot.exitCode !== 0) throw new Error(`wineboot ended with ${boot.exitCode}: ${boot.stderr}`);
  writeFileSync(stamp, recipe);
}

function installDebootstrap(report: (line: string) => void): void {
  if (hasTool('debootstrap')) return;
  report('installing debootstrap');
  try {
    runTool('apt-get', ['update', '-q']);
    runTool('apt-get', ['install', '-y', '-q', 'debootstrap'], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    throw new WindowsUnavailable(`debootstrap could not be installed: ${(error as Error).message}`);
  }
}

import { spawn } from 'node:child_process';
import { windowsNode } from '../../../installer/windows-packages.ts';
import { checkout, windowsPath } from './layout.ts';
import { type SpawnOptions, type SpawnResult, spawnInWineRoot } from './wine-session.ts';

/** Runs Node for Windows with these arguments: under Wine on Linux, as it is on Windows. */
export async function runWindowsNode(args: readonly string[], options: SpawnOptions): Promise<SpawnResult> {
  if (process.platform === 'win32') return spawnHere(args, options);
  return spawnInWineRoot(['wine', windowsPath(windowsNode), ...args], options);
}

function spawnHere(args: readonly string[], options: SpawnOptions): Promise<SpawnResult> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, {
      cwd: options.cwd ?? checkout,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', failed);
    child.once('close', (code) => done({ exitCode: code ?? -1, stdout, stderr }));
  });
}

import { spawnSync } from 'node:child_process';

interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end and returns its standard output; an error carries the tail of what it said. */
export function runTool(command: string, args: readonly string[], options: ToolOptions = {}): string {
  const run = spawnSync(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0) {
    const said = `${run.stdout}\n${run.stderr}`.trim().split('\n').slice(-15).join('\n');
    throw new Error(`${command} ${args.join(' ')} ended with ${run.status ?? run.signal}:\n${said}`);
  }
  return run.stdout;
}

export function hasTool(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { AgentError } from '../../errors/index.ts';

/** A process that does nothing but be there to be seen. */
export interface MarkedProcess {
  readonly pid: number;
  readonly executable: string;
  readonly commandLine: string;
  end(): void;
}

/**
 * Starts this very Node with the mark on its command line: it waits for a script on standard input, which never
 * comes, and ends when that is closed, so also when the agent does. The one program that the agent ever starts, and
 * nothing of it can be chosen from outside.
 *
 * @throws AgentError PC_SELFTEST_START
 */
export async function startMarkedProcess(mark: string): Promise<MarkedProcess> {
  const { execPath } = process;
  const args = ['-', mark];
  const child = spawn(execPath, args, {
    cwd: dirname(execPath),
    // Neither secrets of the agent nor options that would have Node do more; what Windows needs, Node adds by itself.
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new AgentError('PC_SELFTEST_START', `${execPath} could not be started: ${String(error)}`, {
      cause: error,
    });
  }
  // It may end before its input is closed.
  child.stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  return {
    pid: child.pid ?? 0,
    executable: execPath,
    commandLine: [execPath, ...args].join(' '),
    end() {
      child.stdin.end();
      child.unref();
    },
  };
}

import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { AgentError } from '../../src/errors/index.ts';
import { runCli } from '../support/cli.ts';

it('a run that stood still has an exit code of its own', async () => {
  const openLibrary = () => Promise.reject(new AgentError('PC_AGENT_STALLED', 'stuck'));
  const { exitCode, stderr } = await runCli(['run', '--source', 'etw'], { openLibrary });
  expect(stderr).toContain('PC_AGENT_STALLED: stuck');
  expect(exitCode).toBe(4);
});

it.each([
  [4, 4, null],
  [1, null, 'SIGKILL'],
])('what hangs keeps no process that ends with %i', (code, status, signal) => {
  const file = new URL('../../src/cli/stalled-end.ts', import.meta.url).href;
  const script = `setInterval(() => {}, 1000); const { endIfStalled } = await import('${file}'); endIfStalled(${code});`;
  const killed = { timeout: code === 4 ? 60_000 : 2_000, killSignal: 'SIGKILL' } as const;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], killed);
  expect(ended).toMatchObject({ status, signal });
});

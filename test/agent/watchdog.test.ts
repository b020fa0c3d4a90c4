import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isSupervised, watchMainThread } from '../../src/agent/watchdog.ts';

const watchdog = join(import.meta.dirname, '../../src/agent/watchdog.ts');

let folder: string;
let programs = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchdog-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program that is watched with a limit of 1.5 s. */
async function runWatched(
  work: string,
): Promise<{ code: number | null; signal: string | null; stderr: string }> {
  const program = join(folder, `${++programs}.mjs`);
  writeFileSync(
    program,
    `import { openWatchThread, watchMainThread } from ${JSON.stringify(watchdog)};
const watch = watchMainThread(1500, openWatchThread);
${work}`,
  );
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stderr })));
}

describe('the watch over the main thread', () => {
  it('ends a process whose main thread does not turn, and says why', async () => {
    const { signal, stderr } = await runWatched('for (;;);');
    expect(signal).toBe('SIGKILL');
    expect(stderr).toContain('The main thread does not turn');
  });

  it('leaves one alone that works in pieces, and does not keep it alive', async () => {
    const busy = 'const end = Date.now() + 50; while (Date.now() < end);';
    const { code } = await runWatched(
      `for (let piece = 0; piece < 60; piece++) { ${busy} await new Promise((resolve) => setTimeout(resolve, 5)); }`,
    );
    expect(code).toBe(0);
  });

  it('ends when it is told to', async () => {
    const { code } = await runWatched(
      'watch.stop(); const end = Date.now() + 9000; while (Date.now() < end);',
    );
    expect(code).toBe(0);
  });
});

describe('another watchdog in its place', () => {
  it('is told once a second that the main thread turns, until the watch is over', () => {
    vi.useFakeTimers();
    try {
      const told: unknown[] = [];
      const watch = watchMainThread(60_000, (...order) => {
        told.push(order);
        return { beat: () => told.push('beat'), close: () => told.push('close') };
      });
      vi.advanceTimersByTime(2_500);
      watch.stop();
      vi.advanceTimersByTime(5_000);
      const lastWords = 'error The main thread does not turn; ending the process silentForMs=60000\n';
      expect(told).toEqual([[60_000, lastWords], 'beat', 'beat', 'close']);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('who is watched by a thread', () => {
  it.each([
    ['win32', {}, true],
    ['linux', { INVOCATION_ID: '0d3a3b6cb2c14c2d8c4c8ef1a8f2f1a0' }, true],
    ['linux', { INVOCATION_ID: '' }, false],
    ['linux', { PATH: '/bin' }, false],
  ] as const)('on %s with %j: %s', (platform, env, expected) => {
    expect(isSupervised(env, platform)).toBe(expected);
  });
});

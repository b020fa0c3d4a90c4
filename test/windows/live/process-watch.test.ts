import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { code } from '../../../src/windows/abi.ts';
import { newCause } from '../../../src/windows/call-buffers.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';

const libraryModule = pathToFileURL(join(import.meta.dirname, 'open-test-library.ts')).href;
const windowsModule = pathToFileURL(join(import.meta.dirname, '../../../src/windows/index.ts')).href;
const stalledAfterMs = 100;
/** Longer than the library waits in all before it ends a process that stands still. */
const longMs = 7_000;

/** A program whose main thread never turns once it is watched. */
async function runWatched(ffi: string, work: string): Promise<{ code: number | null; stderr: string }> {
  const program = `
    import { openTestLibrary } from ${JSON.stringify(libraryModule)};
    import { ProcessWatch } from ${JSON.stringify(windowsModule)};
    const watch = new ProcessWatch(await openTestLibrary('${ffi}'), ${stalledAfterMs}, 'stands still\\n');
    const endMs = performance.now() + ${longMs};
    ${work}`;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (exitCode) => resolve({ code: exitCode, stderr })));
}

for (const ffi of ffiNames) {
  describe(`the watch over a process by ${ffi}`, { concurrency: true }, () => {
    test('ends one that stands still, after its last words', async () => {
      const { code: exitCode, stderr } = await runWatched(ffi, 'for (;;);');
      assert.equal(exitCode, 1);
      assert.match(stderr, /stands still/);
    });

    test('leaves one alone that gives signs of life', async () => {
      const { code: exitCode, stderr } = await runWatched(
        ffi,
        'while (performance.now() < endMs) watch.beat(); watch.close();',
      );
      assert.equal(exitCode, 0, stderr);
    });

    test('is over when it is closed', async () => {
      const { code: exitCode, stderr } = await runWatched(
        ffi,
        'watch.close(); while (performance.now() < endMs);',
      );
      assert.equal(exitCode, 0, stderr);
    });

    test('refuses no time and words that are too long', async () => {
      const { pc_watch_open, pc_watch_beat } = (await openTestLibrary(ffi)).call;
      const handle = Buffer.alloc(8);
      assert.equal(pc_watch_open(0, null, 0, handle, newCause()), code.E_ARGUMENT);
      assert.equal(pc_watch_open(60_000, Buffer.alloc(513), 513, handle, newCause()), code.E_ARGUMENT);
      assert.equal(pc_watch_open(60_000, null, 1, handle, newCause()), code.E_ARGUMENT);
      assert.equal(pc_watch_beat(0n), code.E_HANDLE);
    });
  });
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  createSecureDirectory,
  defaultFfi,
  EventLog,
  inspectPath,
  listProcesses,
  NativeLibrary,
  queryChannel,
  WindowsService,
} from '../../../src/windows/index.ts';
import { ffiNames, openTestLibrary, productLibrary, testLibrary } from './open-test-library.ts';
import { noAccessLists, noEventLog } from './wine-limits.ts';

for (const ffi of ffiNames) {
  describe(`native library by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);

    test('is the test build, and says so', () => {
      assert.equal(library.isTestBuild, true);
      assert.equal(library.ffi, ffi);
    });

    test('a test build is no product', async () => {
      await assert.rejects(NativeLibrary.open({ path: testLibrary, ffi }), {
        code: /^PC_NATIVE_(LIBRARY|UNSAFE)$/,
      });
    });

    test('a relative path is refused: the working directory is anyone’s', async () => {
      await assert.rejects(NativeLibrary.open({ path: 'problemchild.dll', ffi }), {
        code: 'PC_NATIVE_LIBRARY',
      });
    });

    test('a file that is no library is refused with its path', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pc-'));
      const path = join(folder, 'problemchild.dll');
      writeFileSync(path, 'MZ but no more');
      await assert.rejects(NativeLibrary.open({ path, ffi, testBuild: true }), {
        code: 'PC_NATIVE_LIBRARY',
        where: path,
      });
      rmSync(folder, { recursive: true });
    });

    test('the product loads from a folder that only administrators may change', async () => {
      const folder = join(process.env['ProgramFiles'] ?? 'C:\\Program Files', `pc-test-${ffi}`);
      createSecureDirectory(library, folder);
      const path = join(folder, 'problemchild.dll');
      copyFileSync(productLibrary, path);
      const product = await NativeLibrary.open({ path, ffi });
      assert.equal(product.isTestBuild, false);
      assert.ok(listProcesses(product).length > 0);
    });

    test('this process is in the list, with its parent', () => {
      const self = listProcesses(library).find(({ pid }) => pid === process.pid);
      assert.match(self?.imageName ?? '', /^node(\.exe)?$/i);
      assert.equal(self?.parentPid, process.ppid);
    });

    test('a child is in the list with the time it was created', () => {
      // The kernel keeps such times, and the system its clock, to a tick.
      const tickMs = 20;
      const beforeMs = Date.now() - tickMs;
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      const afterMs = Date.now() + tickMs;
      try {
        const { createdMs = 0 } = listProcesses(library).find(({ pid }) => pid === child.pid) ?? {};
        assert.ok(beforeMs <= createdMs && createdMs <= afterMs, `${beforeMs} ${createdMs} ${afterMs}`);
      } finally {
        child.kill();
      }
    });

    test('a channel that is not there is undefined', { skip: noEventLog }, () => {
      assert.equal(queryChannel(library, 'No Such Channel/Operational'), undefined);
    });

    test('a path that is not there is an error with the system’s own', () => {
      assert.throws(() => inspectPath(library, 'C:\\no\\such\\folder'), {
        code: 'PC_NATIVE_NOT_FOUND',
        message: /Win32 error [23]/,
      });
    });

    test('a safe folder has no problems', { skip: noAccessLists }, () => {
      const folder = mkdtempSync(join(tmpdir(), 'pc-'));
      const safe = join(folder, 'safe');
      createSecureDirectory(library, safe);
      assert.deepEqual(inspectPath(library, safe), { problems: [], offenderSid: undefined });
      rmSync(folder, { recursive: true });
    });

    test('the event log takes texts of any length', () => {
      const log = EventLog.open(library, 'ProblemChild Agent Test');
      log.write('INFORMATION', 'STARTED', 'started \u2713');
      log.write('WARNING', 'ALERT', 'x'.repeat(100_000));
      log.close();
      assert.throws(() => log.write('INFORMATION', 'STARTED', 'closed'), { message: /PC_E_HANDLE/ });
    });
  });
}

test('started from a console, this is no service', async () => {
  const library = await openTestLibrary(defaultFfi());
  assert.equal(WindowsService.start(library, 'ProblemChildTest'), undefined);
});

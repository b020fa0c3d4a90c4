import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EtwSource } from '../../../src/source/etw.ts';
import { defaultFfi } from '../../../src/windows/index.ts';
import { DoubleScript } from './double-script.ts';
import { openTestLibrary } from './open-test-library.ts';
import { readUntil } from './read-until.ts';

const accessDenied = 5;

test('without administrator rights there is an error that says so, and nothing is left open', async () => {
  new DoubleScript('etw').say('start-fails', 'both', accessDenied);
  const library = await openTestLibrary(defaultFfi());
  const open = () =>
    new EtwSource({
      library,
      host: { id: undefined, name: 'PC-7' },
      onNotice: () => undefined,
      clock: { nowMs: () => Date.now() },
    });
  for (let tries = 0; tries < 3; tries++) {
    await assert.rejects(
      readUntil(open(), () => true),
      { code: 'PC_NATIVE_ACCESS', message: /PC_E_ACCESS.*Win32 error 5/ },
    );
  }
});

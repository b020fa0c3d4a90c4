import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EtwSource } from '../../../src/source/etw.ts';
import { listTraceSessions } from '../../../src/windows/index.ts';
import { DoubleScript } from './double-script.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';
import { readUntil } from './read-until.ts';

const etw = new DoubleScript('etw');
etw.say('other', 'NT Kernel Logger', 'kernel', 1_024, 7, 2);
etw.say('other', `Überwachung ${'x'.repeat(100)}`, 'plain', 64, 0, 0);

for (const ffi of ffiNames) {
  describe(`tracing sessions by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);

    test('those of others are listed with what they lost; long names are cut', () => {
      const sessions = listTraceSessions(library).filter(({ isOwn }) => !isOwn);
      assert.deepEqual(
        sessions.map(({ name, isKernel, bufferKb, eventsLost, buffersLost }) => [
          name,
          isKernel,
          bufferKb,
          eventsLost,
          buffersLost,
        ]),
        [
          ['NT Kernel Logger', true, 1_024, 7, 2],
          [`Überwachung ${'x'.repeat(52)}`, false, 64, 0, 0],
        ],
      );
    });

    test('the agent’s own are there while it captures, one of them of the kernel', async () => {
      const own = () => listTraceSessions(library).filter(({ isOwn }) => isOwn);
      assert.deepEqual(own(), []);
      const source = new EtwSource({
        library,
        host: { id: undefined, name: 'PC-7' },
        onNotice: () => undefined,
        clock: { nowMs: Date.now },
      });
      etw.say('start', 5_000, 600, 0, '\\Device\\HarddiskVolume3\\Windows\\notepad.exe', 'notepad.exe');
      let during: ReturnType<typeof own> = [];
      await readUntil(source, () => {
        during = own();
        return true;
      });
      assert.deepEqual(during.map(({ isKernel }) => isKernel).toSorted(), [false, true]);
      assert.deepEqual(own(), []);
    });
  });
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ProcessEvent } from '../../../src/event/index.ts';
import { type LiveSourceKind, openLiveSource } from '../../../src/source/index.ts';
import { createSecureDirectory, NativeLibrary } from '../../../src/windows/index.ts';
import { ffiNames, openTestLibrary, productLibrary } from './open-test-library.ts';
import { readUntil } from './read-until.ts';

/** Needs administrator rights and Sysmon, and starts tracing sessions: only where it was asked for. */
const skip = process.env['PC_TEST_REAL_WINDOWS'] !== '1' && 'PC_TEST_REAL_WINDOWS is not 1';

for (const ffi of ffiNames) {
  describe(`Windows itself by ${ffi}`, () => {
    const cases: readonly (readonly [LiveSourceKind, 'etw' | 'sysmon'])[] = [
      ['etw', 'etw'],
      ['eventlog', 'sysmon'],
      ['auto', 'sysmon'],
      ['both', 'sysmon'],
    ];
    for (const [kind, provider] of cases) {
      test(`${kind}: every process of a burst once, with its command line`, { skip }, async () => {
        const folder = join(process.env['ProgramFiles']!, `pc-test-${ffi}`);
        createSecureDirectory(await openTestLibrary(ffi), folder);
        const path = join(folder, 'problemchild.dll');
        copyFileSync(productLibrary, path);
        const library = await NativeLibrary.open({ path, ffi });
        const source = openLiveSource(kind, {
          library,
          host: { id: undefined, name: 'runner' },
          onNotice: () => undefined,
          clock: { nowMs: () => Date.now() },
        });
        const mark = `pc-${process.pid}-${ffi}-${kind}`;
        const starting = setTimeout(() => {
          for (let index = 0; index < 50; index++) spawnSync('cmd.exe', ['/c', 'echo', `${mark}-${index}-`]);
        }, 3_000);
        const ours = (events: readonly { kind: string }[]) =>
          events.filter(
            (event): event is ProcessEvent =>
              event.kind === 'start' &&
              ((event as ProcessEvent).process.commandLine?.includes(`${mark}-`) ?? false),
          );
        const { events } = await readUntil(source, (reading) => ours(reading.events).length >= 50);
        clearTimeout(starting);
        const starts = ours(events);
        assert.equal(new Set(starts.map(({ process: p }) => p.commandLine)).size, 50);
        assert.equal(starts.length, 50);
        for (const start of starts) {
          assert.equal(start.provider, provider);
          assert.match(start.process.executable ?? '', /^C:\\.*\\cmd\.exe$/i);
          assert.equal(start.process.parent.pid, process.pid);
        }
        for (const counters of Object.values(source.stats().captures)) {
          assert.equal(counters.received, counters.decoded + counters.filtered + counters.failed);
          assert.equal(counters.decoded, counters.delivered + counters.dropped + counters.queued);
          assert.equal(counters.dropped, 0);
        }
      });
    }
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostEvent, ProcessEvent } from '../../../src/event/index.ts';
import { EtwSource } from '../../../src/source/etw.ts';
import type { LiveNotice } from '../../../src/source/index.ts';
import { ProcessControl } from '../../../src/windows/index.ts';
import { until } from './agent-process.ts';
import { DoubleScript } from './double-script.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';
import { readUntil } from './read-until.ts';

const etw = new DoubleScript('etw');
const host = { id: undefined, name: 'PC-7' };

function startsOf(events: readonly HostEvent[]): ProcessEvent[] {
  return events.filter((event): event is ProcessEvent => event.kind === 'start');
}

for (const ffi of ffiNames) {
  describe(`ETW by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);
    const notices: LiveNotice[] = [];
    const open = () =>
      new EtwSource({
        library,
        host,
        onNotice: (notice) => notices.push(notice),
        clock: { nowMs: () => Date.now() },
      });

    test('a live process gives the groups of its token', async () => {
      const { facts } = await new ProcessControl(library).queryPid(process.pid);
      const path = '\\Device\\HarddiskVolume3\\node.exe';
      etw.say('running', process.pid, 4, String(facts.created), path, 'node.exe');
      const { events } = await readUntil(open(), (reading) => reading.events.length > 0);
      const [running] = events;
      const groups = running?.kind === 'running' ? running.user.groups : undefined;
      assert.ok(groups?.hasAllIds, 'the groups were not read, or not all of them');
      assert.ok(groups.ids.includes('S-1-1-0'), `Everyone is in none of ${groups.ids.join(', ')}`);
      assert.ok(groups.names.includes('Everyone'));
      assert.ok(
        groups.ids.every((id) => !/^S-1-(16|5-5)-/.test(id)),
        'a label or logon id is no group',
      );
    });

    test('starts, ends and what ran before, joined from both sessions', async () => {
      const path = '\\Device\\HarddiskVolume3\\Windows\\System32\\certutil.exe';
      etw.say('running', 600, 4, 0, '\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe');
      etw.say('start', 4_244, 600, 0, path, 'certutil.exe -decode in.txt out.exe');
      etw.say('end', 4_244, 600, 0, path, 'certutil.exe -decode in.txt out.exe', 7);
      const source = open();
      const { events, batches } = await readUntil(source, (reading) =>
        reading.events.some(({ kind }) => kind === 'end'),
      );
      const [start] = startsOf(events);
      assert.equal(start?.process.commandLine, 'certutil.exe -decode in.txt out.exe');
      assert.equal(start?.process.name, 'certutil.exe');
      assert.equal(start?.process.parent.pid, 600);
      assert.equal(start?.provider, 'etw');
      assert.match(start?.user.id ?? '', /^S-1-5-21-/);
      assert.equal(start?.process.token.integrityLevel, 'Medium');
      assert.ok(Math.abs((start?.process.startMs ?? 0) - Date.now()) < 30_000);
      const running = events.find((event) => event.kind === 'running');
      assert.equal(running?.kind === 'running' && running.process.pid, 600);
      const counters = source.stats().captures['etw']!;
      assert.equal(counters.received, counters.decoded + counters.filtered + counters.failed);
      assert.equal(counters.decoded, counters.delivered + counters.dropped + counters.queued);
      assert.equal(counters.delivered, events.length);
      for (const batch of batches) {
        assert.equal(batch.recordsRead, batch.events.length + batch.filtered + batch.rejections.length);
      }
      assert.equal(batches.at(-1)?.bookmark, events.at(-1)?.timestamp);
    });

    test('a line longer than the kernel keeps is cut and still scored', async () => {
      const line = `cmd.exe /c ${'a'.repeat(5_000)}`;
      etw.say('start', 5_000, 600, 0, '\\Device\\HarddiskVolume3\\Windows\\cmd.exe', line);
      const { events } = await readUntil(open(), (reading) => startsOf(reading.events).length === 1);
      assert.equal(startsOf(events)[0]?.process.commandLine, line.slice(0, 1_024));
    });

    test('a session that somebody stops is started again, and what follows is seen', async () => {
      notices.length = 0;
      etw.say('stop', 'classic');
      etw.say('stop', 'manifest');
      const source = open();
      const reading = readUntil(source, ({ events }) => startsOf(events).length === 1);
      // A session gets no event of the time at which it did not run, so that only then both tell the start.
      const startedAgain = () => notices.filter(({ kind }) => kind === 'session-started').length;
      await until('both sessions', () => startedAgain() === 2);
      etw.say('start', 5_004, 600, 0, '\\Device\\HarddiskVolume3\\a.exe', 'a.exe after the stop');
      const { events } = await reading;
      assert.equal(startsOf(events)[0]?.process.commandLine, 'a.exe after the stop');
      const kinds = notices.map(({ kind }) => kind);
      assert.ok(kinds.includes('session-stopped'), kinds.join());
      assert.ok(kinds.includes('session-started'), kinds.join());
      const counters = source.stats().captures['etw']!;
      assert.ok(counters.sessionsStopped >= 1 && counters.sessionsRestarted >= 1);
    });

    test('events that Windows loses are told', async () => {
      notices.length = 0;
      etw.say('lose', 'classic', 12, 3);
      etw.say('wait', 1_500);
      etw.say('start', 5_008, 600, 0, '\\Device\\HarddiskVolume3\\b.exe', 'b.exe');
      await readUntil(open(), () => notices.some(({ kind }) => kind === 'loss'));
      const loss = notices.find((notice) => notice.kind === 'loss');
      // The double's counters go on over sessions, the second adapter's losses on top of the first's.
      assert.deepEqual([loss!.events % 12, loss!.buffers % 3, loss!.events > 0], [0, 0, true]);
    });

    test('the next run tells since when nobody watched', async () => {
      notices.length = 0;
      etw.say('start', 5_012, 600, 0, '\\Device\\HarddiskVolume3\\c.exe', 'c.exe');
      const bookmark = '2026-01-01T00:00:00.0000000Z';
      await readUntil(open(), (reading) => reading.events.length > 0, { bookmark });
      const blind = notices.filter((notice) => notice.kind === 'blind');
      assert.deepEqual(
        blind.map(({ since }) => since),
        [bookmark],
      );
    });

    test('batches keep to the size that was asked for', async () => {
      etw.say('burst', 1_000, 20_000, 100_000, 4);
      const { batches } = await readUntil(open(), (reading) => reading.events.length >= 1_000, {
        batchSize: 64,
      });
      assert.ok(batches.every(({ recordsRead }) => recordsRead <= 64));
      const pids = new Set(batches.flatMap((batch) => startsOf(batch.events).map(({ process: p }) => p.pid)));
      assert.equal(pids.size, 1_000);
    });

    test('a reader that leaves frees the source, and the next one gets both sessions', async () => {
      etw.say('start', 5_016, 600, 0, '\\Device\\HarddiskVolume3\\d.exe', 'd.exe');
      for await (const _ of open().batches({ batchSize: 512 })) break;
      etw.say('start', 5_020, 600, 0, '\\Device\\HarddiskVolume3\\e.exe', 'e.exe');
      const { events } = await readUntil(open(), (reading) => reading.events.length > 0);
      assert.ok(startsOf(events).some(({ process: p }) => p.pid === 5_020));
    });
  });
}

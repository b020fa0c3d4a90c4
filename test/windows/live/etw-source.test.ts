import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostEvent, ProcessEvent } from '../../../src/event/index.ts';
import { EtwSource } from '../../../src/source/etw.ts';
import type { LiveNotice } from '../../../src/source/index.ts';
import { ProcessControl } from '../../../src/windows/index.ts';
import { DoubleScript } from './double-script.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';
import { readUntil } from './read-until.ts';
import { until } from './until.ts';

const etw = new DoubleScript('etw');
const host = { id: undefined, name: 'PC-7' };

function startsOf(events: readonly HostEvent[]): ProcessEvent[] {
  return events.filter((event): event is ProcessEvent => event.kind === 'start');
}

/*
 * Each test waits for what it said itself: a source that was stopped may have left lines of the script unplayed, which
 * come first when the next one starts.
 */
function startOf(events: readonly HostEvent[], pid: number): ProcessEvent | undefined {
  return startsOf(events).find(({ process: p }) => p.pid === pid);
}

function runningOf(events: readonly HostEvent[], pid: number) {
  return events.find((event) => event.kind === 'running' && event.process.pid === pid);
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
      const { events } = await readUntil(
        open(),
        (reading) => runningOf(reading.events, process.pid) !== undefined,
      );
      const running = runningOf(events, process.pid);
      const groups = running?.kind === 'running' ? running.user.groups : undefined;
      assert.ok(groups?.hasAllIds, 'the groups were not read, or not all of them');
      assert.ok(groups.ids.includes('S-1-1-0'), `Everyone is in none of ${groups.ids.join(', ')}`);
      assert.ok(groups.names.includes('Everyone'));
      assert.ok(
        groups.ids.every((id) => !/^S-1-(16|5-5)-/.test(id)),
        'a label or logon id is no group',
      );
    });

    test('a batch says whether more waits behind it', async () => {
      const path = '\\Device\\HarddiskVolume3\\Windows\\System32\\certutil.exe';
      for (let pid = 100_000; pid < 100_100; pid += 4) etw.say('running', pid, 4, 0, path, 'certutil.exe');
      const { batches } = await readUntil(open(), ({ events }) => runningOf(events, 100_096) !== undefined, {
        batchSize: 4,
      });
      assert.ok(
        batches.some(({ hasMore }) => hasMore === true),
        'nothing waited',
      );
      assert.equal(batches.at(-1)?.hasMore, false);
    });

    test('starts, ends and what ran before, joined from both sessions', async () => {
      const path = '\\Device\\HarddiskVolume3\\Windows\\System32\\certutil.exe';
      const saidMs = Date.now();
      etw.say('running', 600, 4, 0, '\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe');
      etw.say('start', 4_244, 600, 0, path, 'certutil.exe -decode in.txt out.exe');
      etw.say('end', 4_244, 600, 0, path, 'certutil.exe -decode in.txt out.exe', 7);
      const source = open();
      const { events, batches } = await readUntil(source, (reading) =>
        reading.events.some((event) => event.kind === 'end' && event.pid === 4_244),
      );
      const start = startOf(events, 4_244);
      assert.equal(start?.process.commandLine, 'certutil.exe -decode in.txt out.exe');
      assert.equal(start?.process.name, 'certutil.exe');
      assert.equal(start?.process.parent.pid, 600);
      assert.equal(start?.provider, 'etw');
      assert.match(start?.user.id ?? '', /^S-1-5-21-/);
      assert.equal(start?.process.token.integrityLevel, 'Medium');
      const startMs = start?.process.startMs ?? 0;
      assert.ok(startMs > saidMs - 1_000 && startMs <= Date.now() + 1_000, `${startMs}, said at ${saidMs}`);
      assert.ok(runningOf(events, 600));
      const counters = source.stats().captures['etw']!;
      assert.equal(counters.received, counters.decoded + counters.filtered + counters.failed);
      assert.equal(counters.decoded, counters.delivered + counters.dropped + counters.queued);
      assert.equal(counters.delivered, events.length);
      for (const batch of batches) {
        assert.equal(batch.recordsRead, batch.events.length + batch.filtered + batch.rejections.length);
      }
      assert.equal(batches.at(-1)?.bookmark, events.at(-1)?.timestamp);
    });

    test('a start that only one session tells: unconfirmed where it is not the kernel’s own', async () => {
      const path = '\\Device\\HarddiskVolume3\\Windows\\System32\\certutil.exe';
      etw.say('only', 'manifest');
      etw.say('start', 4_248, 600, 0, path, 'certutil.exe');
      etw.say('only', 'classic');
      etw.say('start', 4_252, 600, 0, path, 'certutil.exe');
      etw.say('only', 'both');
      const { events } = await readUntil(
        open(),
        (reading) =>
          startOf(reading.events, 4_248) !== undefined && startOf(reading.events, 4_252) !== undefined,
      );
      assert.equal(startOf(events, 4_248)?.isUnconfirmed, true);
      assert.equal(startOf(events, 4_252)?.isUnconfirmed, undefined);
    });

    test('a line longer than the kernel keeps is cut and still scored', async () => {
      const line = `cmd.exe /c ${'a'.repeat(5_000)}`;
      etw.say('start', 5_000, 600, 0, '\\Device\\HarddiskVolume3\\Windows\\cmd.exe', line);
      const { events } = await readUntil(open(), (reading) => startOf(reading.events, 5_000) !== undefined);
      assert.equal(startOf(events, 5_000)?.process.commandLine, line.slice(0, 1_024));
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
      // Losses are looked for once a second, and the reader looks up at events.
      const saying = setInterval(() => {
        etw.say('start', 5_008, 600, 0, '\\Device\\HarddiskVolume3\\b.exe', 'b.exe');
      }, 200);
      await readUntil(open(), () => notices.some(({ kind }) => kind === 'loss')).finally(() =>
        clearInterval(saying),
      );
      const loss = notices.find((notice) => notice.kind === 'loss');
      assert.deepEqual([loss!.events, loss!.buffers], [12, 3]);
    });

    test('the next run tells since when nobody watched', async () => {
      notices.length = 0;
      etw.say('start', 5_012, 600, 0, '\\Device\\HarddiskVolume3\\c.exe', 'c.exe');
      const bookmark = '2026-01-01T00:00:00.0000000Z';
      await readUntil(open(), (reading) => startOf(reading.events, 5_012) !== undefined, { bookmark });
      const blind = notices.filter((notice) => notice.kind === 'blind');
      assert.deepEqual(
        blind.map(({ since }) => since),
        [bookmark],
      );
    });

    test('batches keep to the size that was asked for', async () => {
      const first = 100_000 + 10_000 * ffiNames.indexOf(ffi);
      etw.say('burst', 1_000, 20_000, first, 4);
      const pidsOf = (events: readonly HostEvent[]) =>
        new Set(startsOf(events).flatMap(({ process: { pid } }) => (pid! >= first ? [pid] : [])));
      const { batches, events } = await readUntil(open(), (reading) => pidsOf(reading.events).size >= 1_000, {
        batchSize: 64,
      });
      assert.ok(batches.every(({ recordsRead }) => recordsRead <= 64));
      assert.equal(pidsOf(events).size, 1_000);
    });

    test('a reader that leaves frees the source, and the next one gets both sessions', async () => {
      etw.say('start', 5_016, 600, 0, '\\Device\\HarddiskVolume3\\d.exe', 'd.exe');
      const source = open();
      for await (const _ of source.batches({ batchSize: 512 })) break;
      const before = source.stats().captures['etw']!;
      assert.equal(before.queued, 0);
      etw.say('start', 5_020, 600, 0, '\\Device\\HarddiskVolume3\\e.exe', 'e.exe');
      const { events } = await readUntil(source, (reading) => startOf(reading.events, 5_020) !== undefined);
      assert.ok(startOf(events, 5_020));
      const counters = source.stats().captures['etw']!;
      assert.equal(counters.delivered, before.delivered + events.length);
      assert.equal(counters.decoded, counters.delivered + counters.dropped + counters.queued);
    });
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProcessEvent } from '../../../src/event/index.ts';
import { chooseCapture } from '../../../src/source/auto.ts';
import { EventLogSource } from '../../../src/source/eventlog.ts';
import type { LiveNotice } from '../../../src/source/index.ts';
import { channels } from '../../../src/source/live-source.ts';
import { queryChannel } from '../../../src/windows/index.ts';
import { DoubleScript } from './double-script.ts';
import { LookAlike } from './look-alike.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';
import { readUntil } from './read-until.ts';

const eventLog = new DoubleScript('eventlog');
eventLog.say('channel', channels.sysmon, 'enabled');
eventLog.say('channel', channels.security, 'enabled');

let recordId = 1_000;

function saySysmonStart(pid: number, commandLine: string): number {
  recordId++;
  eventLog.say(
    'record',
    channels.sysmon,
    1,
    recordId,
    0,
    'UtcTime=2024-05-02 10:00:00.123',
    `ProcessGuid:g={11111111-2222-3333-4444-${String(pid).padStart(12, '0')}}`,
    `ProcessId:u=${pid}`,
    'Image=C:\\Windows\\System32\\certutil.exe',
    `CommandLine=${commandLine}`,
    'User=CORP\\ana',
    'LogonId:h=0x3e7',
    'ParentProcessId:u=600',
    'ParentImage=C:\\Windows\\explorer.exe',
  );
  return recordId;
}

for (const ffi of ffiNames) {
  describe(`event log by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);
    const notices: LiveNotice[] = [];
    const open = (channel: 'sysmon' | 'security' = 'sysmon', fromOldest = false) =>
      new EventLogSource({
        library,
        host: { id: undefined, name: 'PC-7' },
        onNotice: (notice) => notices.push(notice),
        clock: { nowMs: () => Date.now() },
        channel,
        fromOldest,
      });

    test('channels are found as they are', () => {
      assert.equal(queryChannel(library, channels.sysmon)?.enabled, true);
      assert.equal(queryChannel(library, 'Nowhere/Operational'), undefined);
    });

    test('auto does not go by a channel that nobody writes to', () => {
      assert.equal(chooseCapture(library).capture, 'etw');
    });

    test('auto does not go by a name that anybody can give a program', async () => {
      const masquerader = new LookAlike('Sysmon64.exe', []);
      try {
        await masquerader.untilItBeats();
        assert.equal(chooseCapture(library).capture, 'etw');
      } finally {
        masquerader.kill();
      }
    });

    test('a batch says that more waits though it is smaller than what was asked for', async () => {
      const told = Array.from({ length: 600 }, (_, index) => saySysmonStart(20_000 + index, 'certutil many'));
      const { batches } = await readUntil(
        open('sysmon', true),
        ({ events }) => events.some(({ position }) => position.record === told.at(-1)),
        { batchSize: 1_000 },
      );
      for (const { hasMore, recordsRead } of batches) assert.equal(hasMore, recordsRead >= 512);
      assert.ok(
        batches.some(({ hasMore }) => hasMore === true),
        'no batch was full',
      );
    });

    test('a bookmark resumes strictly behind its record, over a stop', async () => {
      const first = saySysmonStart(700, 'certutil one');
      const before = await readUntil(open('sysmon', true), ({ events }) =>
        events.some(({ position }) => position.record === first),
      );
      const bookmark = before.batches.at(-1)!.bookmark;
      assert.match(bookmark, /RecordId='\d+'/);
      const missed = saySysmonStart(704, 'certutil two');
      const after = await readUntil(open(), ({ events }) => events.length > 0, { bookmark });
      assert.deepEqual(
        after.events.map(({ position }) => position.record),
        [missed],
      );
      const start = after.events[0] as ProcessEvent;
      assert.equal(start.process.commandLine, 'certutil two');
      assert.equal(start.process.entityId, '11111111-2222-3333-4444-000000000704');
      assert.equal(start.process.logonId, '0x3e7');
      assert.deepEqual([start.user.domain, start.user.name], ['CORP', 'ana']);
      assert.equal(start.timestamp, '2024-05-02T10:00:00.123Z');
    });

    test('Security 4688 by its own names', async () => {
      recordId++;
      eventLog.say(
        'record',
        channels.security,
        4688,
        recordId,
        0,
        'SubjectUserSid:i=S-1-5-18',
        'SubjectUserName=PC-7$',
        'SubjectLogonId:h=0x3e7',
        'NewProcessId:h=0x1a4',
        'NewProcessName=C:\\Windows\\System32\\cmd.exe',
        'ProcessId:h=0x258',
        'CommandLine=cmd /c whoami',
      );
      const id = recordId;
      const { events } = await readUntil(open('security', true), (reading) =>
        reading.events.some(({ position }) => position.record === id),
      );
      const start = events.find(({ position }) => position.record === id) as ProcessEvent;
      assert.deepEqual(
        [
          start.provider,
          start.process.pid,
          start.process.parent.pid,
          start.process.commandLine,
          start.user.id,
        ],
        ['security', 0x1a4, 0x258, 'cmd /c whoami', 'S-1-5-18'],
      );
    });

    test('Sysmon’s own errors are told', async () => {
      const first = saySysmonStart(708, 'certutil three');
      notices.length = 0;
      recordId++;
      eventLog.say(
        'record',
        channels.sysmon,
        255,
        recordId,
        0,
        'ID=DriverCommunication',
        'Description=failed',
      );
      const last = saySysmonStart(712, 'certutil four');
      await readUntil(open('sysmon', true), ({ events }) =>
        events.some(({ position }) => position.record === last),
      );
      assert.ok(first < last);
      const error = notices.find((notice) => notice.kind === 'sysmon-error');
      assert.equal(error?.text, 'DriverCommunication: failed');
    });

    test('a bookmark whose record is gone: from the oldest, with the gap told', async () => {
      const first = saySysmonStart(716, 'certutil five');
      const { batches } = await readUntil(open('sysmon', true), ({ events }) =>
        events.some(({ position }) => position.record === first),
      );
      const bookmark = batches.at(-1)!.bookmark;
      for (let index = 0; index < 5; index++) saySysmonStart(800 + index * 4, 'gone before it was read');
      const survivor = saySysmonStart(900, 'certutil six');
      eventLog.say('oldest', channels.sysmon, survivor);
      notices.length = 0;
      const after = await readUntil(open(), ({ events }) => events.length > 0, { bookmark });
      assert.deepEqual(
        after.events.map(({ position }) => position.record),
        [survivor],
      );
      const gap = notices.find((notice) => notice.kind === 'gap');
      assert.equal(gap?.channel, channels.sysmon);
      assert.equal(gap?.records, 5);
    });

    test('a burst ends where its bookmarks do, whatever the batch size', async () => {
      const first = recordId + 1;
      recordId += 700;
      eventLog.say('burst', channels.sysmon, 700, first);
      const { batches, events } = await readUntil(
        open('sysmon', true),
        (reading) => reading.events.some(({ position }) => position.record === recordId),
        { batchSize: 100 },
      );
      const read = events.map(({ position }) => position.record).filter((record) => record >= first);
      assert.equal(new Set(read).size, 700);
      for (const batch of batches) {
        assert.ok(batch.recordsRead <= 100);
        const last = batch.events.at(-1)!.position.record;
        assert.match(batch.bookmark, new RegExp(`RecordId='${last}'`));
      }
    });

    test('a channel that is not there is an error', async () => {
      eventLog.say('channel', channels.security, 'denied');
      await assert.rejects(
        readUntil(open('security'), () => true),
        { code: 'PC_NATIVE_ACCESS' },
      );
      eventLog.say('channel', channels.security, 'enabled');
    });
  });
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  type Action,
  actionId,
  describeStart,
  type EventLogPort,
  EvidenceCollector,
  EvidenceFiles,
} from '../../../src/response/index.ts';
import { fileTimeOf, toFileTime } from '../../../src/windows/filetime.ts';
import { EventLogQuery, ProcessControl, ProcessLook } from '../../../src/windows/index.ts';
import { makeScored } from '../../support/alert.ts';
import { makeProcessEvent } from '../../support/process-event.ts';
import { DoubleScript } from './double-script.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';

const sysmon = 'Microsoft-Windows-Sysmon/Operational';
const powerShell = 'Microsoft-Windows-PowerShell/Operational';
const eventLog = new DoubleScript('eventlog');
eventLog.say('channel', sysmon, 'enabled');
eventLog.say('channel', 'Security', 'enabled');
eventLog.say('channel', powerShell, 'enabled');
eventLog.say('channel', 'Locked', 'denied');

const firstNoonMs = Date.UTC(2026, 2, 2, 12);
let recordId = 0;

function say(channel: string, eventId: number, atMs: number, ...fields: readonly string[]): number {
  eventLog.say('record', channel, eventId, ++recordId, toFileTime(atMs).toString(), ...fields);
  return recordId;
}

for (const [turn, ffi] of ffiNames.entries()) {
  describe(`records of the event log by ${ffi}`, async () => {
    const noonMs = firstNoonMs + turn * 3_600_000;
    const library = await openTestLibrary(ffi);
    const log = new EventLogQuery(library);

    function search(pid: number, change: Readonly<Record<string, number>> = {}) {
      return { pid, fromMs: noonMs, toMs: noonMs + 60_000, most: 100, timeoutMs: 20_000, ...change };
    }

    test('are those that name the pid in any field for pids, of the time asked for', async () => {
      const own = [
        say(sysmon, 1, noonMs, 'ProcessId:u=4242', 'CommandLine=a & b <c>'),
        say(sysmon, 1, noonMs + 1, 'ProcessId:u=4300', 'ParentProcessId:u=4242'),
        say(sysmon, 10, noonMs + 2, 'SourceProcessId:u=4300', 'TargetProcessId:u=4242'),
      ];
      say(sysmon, 1, noonMs + 3, 'ProcessId:u=42420', 'CommandLine=4242', 'ParentProcessId:u=424');
      say(sysmon, 5, noonMs + 60_001, 'ProcessId:u=4242');
      const { code, cause, records, cut } = await log.recordsOf(sysmon, search(4242));
      assert.deepEqual([code, cause, cut], ['PC_OK', '', []]);
      assert.deepEqual(
        records.map((record) => record.recordId),
        own.toReversed(),
      );
      const first = records.at(-1)!;
      assert.deepEqual(
        [first.channel, first.eventId, first.time],
        [sysmon, 1, `${new Date(noonMs).toISOString().slice(0, -1)}0000Z`],
      );
      assert.match(first.xml, /^<Event .*<Data Name='CommandLine'>a &amp; b &lt;c&gt;<\/Data>.*<\/Event>$/);
      // Nothing older than the time asked for, though it is the same pid.
      const later = await log.recordsOf(sysmon, search(4242, { fromMs: noonMs + 2 }));
      assert.deepEqual([later.records.map((record) => record.recordId), later.cut], [[own[2]], []]);
    });

    test('of Security name it in hexadecimal, and PowerShell by who wrote them', async () => {
      const created = say('Security', 4688, noonMs + 1, 'NewProcessId:h=0x2a8', 'ProcessId:h=0x4');
      const connected = say('Security', 5156, noonMs + 2, 'ProcessID:u=680');
      say('Security', 4688, noonMs + 3, 'NewProcessId:h=0x680', 'ProcessId:h=0x4');
      const script = say(powerShell, 4104, noonMs + 1, '@ProcessID:u=680', 'ScriptBlockText=iex $x');
      say(powerShell, 4104, noonMs + 2, '@ProcessID:u=684', 'ProcessId:u=680');
      const found = await log.recordsOf('Security', search(680));
      assert.deepEqual(
        found.records.map((record) => record.recordId),
        [connected, created],
      );
      const { records } = await log.recordsOf(powerShell, search(680));
      assert.deepEqual(
        records.map((record) => record.recordId),
        [script],
      );
    });

    test('are bounded in number, in bytes and in time, newest first', async () => {
      const pid = 5_000;
      const text = 'x'.repeat(30_000);
      const ids = Array.from({ length: 30 }, (_, i) =>
        say(sysmon, 1, noonMs + i, `ProcessId:u=${pid}`, `CommandLine=${text}`),
      ).toReversed();
      const few = await log.recordsOf(sysmon, search(pid, { most: 3 }));
      assert.deepEqual([few.records.map((record) => record.recordId), few.cut], [ids.slice(0, 3), ['room']]);
      const many = await log.recordsOf(sysmon, search(pid));
      assert.deepEqual(many.cut, ['room']);
      assert.ok(many.records.length > 10 && many.records.length < 30, String(many.records.length));
      eventLog.say('slow-query', 400);
      const slow = await log.recordsOf(sysmon, search(pid, { timeoutMs: 100 }));
      assert.deepEqual([slow.code, slow.records.length, slow.cut], ['PC_OK', 0, ['time']]);
      // One answer at once, the next one never.
      eventLog.say('slow-query', 600_000, 1);
      const partly = await log.recordsOf(sysmon, search(pid, { timeoutMs: 4_000, most: 30 }));
      assert.deepEqual(partly.cut, ['time']);
      assert.equal(partly.records[0]?.recordId, ids[0]);
      eventLog.say('slow-query', 0);
    });

    test('say why there are none', async () => {
      const nowhere = await log.recordsOf('Nowhere/Operational', search(4242));
      assert.deepEqual([nowhere.code, nowhere.records], ['PC_E_NOT_FOUND', []]);
      assert.match(nowhere.cause, /EvtQuery/);
      assert.equal((await log.recordsOf('Locked', search(4242))).code, 'PC_E_ACCESS');
      assert.equal((await log.recordsOf('', search(4242))).code, 'PC_E_ARGUMENT');
      const backwards = await log.recordsOf(sysmon, search(4242, { toMs: noonMs - 1 }));
      assert.equal(backwards.code, 'PC_E_ARGUMENT');
      eventLog.say('fail-next', 1734);
      const broken = await log.recordsOf(sysmon, search(4242));
      assert.deepEqual([broken.code, broken.records], ['PC_E_SYSTEM', []]);
      assert.match(broken.cause, /EvtNext/);
    });

    test('are in the bundle of a process that was ended, the late ones too', async () => {
      const control = new ProcessControl(library);
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      const { facts } = await control.queryPid(child.pid!);
      const created = fileTimeOf(Number(facts.created & 0xffff_ffffn), Number(facts.created >> 32n))!;
      const target = { pid: child.pid!, createdMs: created.ms, toleranceMs: 0 };
      say(sysmon, 1, created.ms + 20, `ProcessId:u=${child.pid}`, 'CommandLine=certutil -urlcache');
      say('Security', 4688, created.ms + 1, `NewProcessId:h=0x${child.pid!.toString(16)}`);
      // Of the process that had the pid before, written late.
      say('Security', 4689, created.ms - 2_000, `ProcessId:h=0x${child.pid!.toString(16)}`);
      const files = new EvidenceFiles(join(mkdtempSync(join(tmpdir(), 'pc-')), 'bundles'));
      const bounds = { waitMs: 5_000, timeoutMs: 60_000, maxFileBytes: 1e9, maxTotalBytes: 1e9 };
      const limits = { ...bounds, secretNames: [] };
      let searches = 0;
      const watched: EventLogPort = {
        recordsOf(...search) {
          searches++;
          return log.recordsOf(...search);
        },
      };
      const collector = new EvidenceCollector(files, limits, new ProcessLook(library), watched);
      const draft = await collector.begin(target, facts.imagePath);
      const ended = once(child, 'exit');
      await control.terminate(target);
      await ended;
      const endedMs = Date.now();
      const keeping = collector.keep(draft, actionOn(target), endedMs);
      // Written when the keeping has begun, and before the log is searched.
      assert.equal(searches, 0);
      say(sysmon, 5, endedMs + 300, `ProcessId:u=${child.pid}`);
      const { id, missing } = await keeping;
      const lines = readFileSync(join(files.folder, id, 'event-log.ndjson'), 'utf8')
        .trim()
        .split('\n');
      const codes = lines.map((line) => (JSON.parse(line) as { event: { code: string } }).event.code);
      assert.deepEqual(codes, ['4688', '1', '5']);
      assert.deepEqual(
        missing.filter(({ what }) => what.startsWith('event log')),
        [{ what: `event log ${powerShell}`, why: 'it has no record of this process' }],
      );
      const exported = await files.export(id, join(files.folder, '../out'));
      assert.ok(exported.files.some(({ file }) => file === 'event-log.ndjson'));
    });
  });
}

function actionOn(target: { pid: number; createdMs: number }): Action {
  const start = makeScored(makeProcessEvent({ process: { pid: target.pid, startMs: target.createdMs } }));
  const subject = describeStart(start, undefined, undefined);
  const common = { verb: 'terminate', target: 'process', mode: 'terminate', by: 'agent' } as const;
  const id = actionId(subject, 'terminate', String(target.createdMs));
  return { ...common, id, reason: undefined, atMs: Date.now(), subject, end: undefined };
}

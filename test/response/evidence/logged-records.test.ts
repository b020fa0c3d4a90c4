import { beforeEach, describe, expect, it } from 'vitest';
import type { KeptRecords } from '../../../src/response/evidence/logged-records.ts';
import { evidenceChannels, LoggedRecords } from '../../../src/response/evidence/logged-records.ts';
import { FakeEventLog, makeRecord } from './fake-event-log.ts';

const [sysmon, security, powerShell] = evidenceChannels as [string, string, string];
const target = { pid: 4240, createdMs: 1_700_000_000_000, toleranceMs: 15 };
const endedMs = target.createdMs + 40;

let log: FakeEventLog;
let signal: AbortSignal;

beforeEach(() => {
  log = new FakeEventLog();
  signal = new AbortController().signal;
});

function gather(records = new LoggedRecords(log, 0)): Promise<KeptRecords> {
  return records.gather(target, endedMs, signal);
}

function linesOf({ lines }: KeptRecords): unknown[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('the records of the event log about a process', () => {
  it('are asked for by its pid, in each channel, from just before it began until just after it ended', async () => {
    await gather(new LoggedRecords(log, 3));
    expect(log.asked.map(({ channel }) => channel)).toEqual(evidenceChannels);
    for (const { search } of log.asked) {
      expect(search).toMatchObject({ pid: 4240, fromMs: target.createdMs - 1_015, toMs: endedMs + 3 });
    }
  });

  it('come in the order of time, each with its XML as a text', async () => {
    const evil = '<Event>\n</Event>\u202e\ud800","event":{"code":"0"}';
    log.keep(sysmon, [makeRecord(sysmon, 1, 2, evil), makeRecord(sysmon, 5, 4)]);
    log.keep(security, [makeRecord(security, 4688, 1), makeRecord(security, 4689, 3)]);
    log.keep(powerShell, [makeRecord(powerShell, 4104, 3)]);
    const kept = await gather();
    expect(kept.missing).toEqual([]);
    const documents = linesOf(kept) as { event: { code: string; original: string } }[];
    expect(documents.map(({ event }) => event.code)).toEqual(['4688', '1', '4689', '4104', '5']);
    expect(documents[1]).toEqual({
      '@timestamp': '2026-03-02T12:00:02.0000000Z',
      event: { code: '1', provider: 'Provider', original: evil },
      host: { name: 'HOST' },
      winlog: { channel: sysmon, record_id: '1' },
    });
  });

  it('are said to be missing where there is no such channel, none of the process, or not all', async () => {
    log.keep(security, []);
    log.keep(powerShell, [makeRecord(powerShell, 4104, 3)], ['room', 'time', 'unreadable']);
    const kept = await gather();
    expect(linesOf(kept)).toHaveLength(1);
    expect(kept.missing).toEqual([
      { what: `event log ${sysmon}`, why: 'PC_E_NOT_FOUND EvtQuery: Win32 error 15007' },
      { what: `event log ${security}`, why: 'it has no record of this process' },
      {
        what: `event log ${powerShell}`,
        why: 'there are more records than are kept; the oldest were left out',
      },
      { what: `event log ${powerShell}`, why: 'the time was up; older records were left out' },
      { what: `event log ${powerShell}`, why: 'a record could not be read' },
    ]);
  });

  it('are kept as far as they were read before a channel failed', async () => {
    const records = [makeRecord(sysmon, 5, 4)];
    log.found.set(sysmon, { code: 'PC_E_SYSTEM', cause: 'EvtNext: Win32 error 1734', records, cut: [] });
    const kept = await gather();
    expect(linesOf(kept)).toHaveLength(1);
    expect(kept.missing[0]).toEqual({
      what: `event log ${sysmon}`,
      why: 'PC_E_SYSTEM EvtNext: Win32 error 1734',
    });
  });

  it('are not waited for once time is up', async () => {
    const ended = new AbortController();
    signal = ended.signal;
    log.between = async () => ended.abort();
    const { missing } = await gather();
    expect(log.asked).toHaveLength(1);
    expect(missing.slice(1).map(({ why }) => why)).toEqual(['the time was up', 'the time was up']);
  });

  it('are searched for one process at a time, and a failure of one leaves the next its turn', async () => {
    const records = new LoggedRecords(log, 0);
    let searching = 0;
    let most = 0;
    log.between = async () => {
      most = Math.max(most, ++searching);
      await new Promise(setImmediate);
      searching--;
      if (log.asked.length === 1) throw new RangeError('a record contradicts its layout');
    };
    const [first, second] = await Promise.all([gather(records), gather(records)]);
    expect([most, log.asked.length]).toEqual([1, 2 * evidenceChannels.length]);
    expect(first.missing[0]?.why).toContain('contradicts its layout');
    expect(second.missing[0]?.why).toContain('PC_E_NOT_FOUND');
  });
});

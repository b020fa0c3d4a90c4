import { describe, expect, it } from 'vitest';
import {
  type DnsEvent,
  decodeWinEvent,
  type NetworkEvent,
  type ProcessEvent,
} from '../../src/event/index.ts';
import { makeWinEvent } from '../support/win-event.ts';

/** Fields of event 1 from schema 3.1 to 3.4, in their order. */
const schema31 = {
  UtcTime: '2024-05-01 12:00:00.123',
  ProcessGuid: '{00247C92-90FE-5F7B-0000-001086C5BB2B}',
  ProcessId: '4240',
  Image: 'C:\\Windows\\System32\\whoami.exe',
  CommandLine: 'whoami.exe /all',
  CurrentDirectory: 'C:\\Users\\anna\\',
  User: 'MERIDIAN\\anna',
  LogonGuid: '{00247C92-0000-0000-0000-0020E7030000}',
  LogonId: '0x391e334',
  TerminalSessionId: '1',
  IntegrityLevel: 'High',
  Hashes: 'SHA1=8DCA9749CD48D286950E7A9FA1088C937CBCCAD4',
  ParentProcessGuid: '{00247c92-90fc-5f7b-0000-00103494ba2b}',
  ParentProcessId: '3300',
  ParentImage: 'C:\\Windows\\System32\\cmd.exe',
  ParentCommandLine: '"C:\\Windows\\System32\\cmd.exe" /k',
};

const schema40 = {
  ...schema31,
  FileVersion: '10.0.19041.1',
  Description: 'whoami - displays logged on user information',
  Product: 'Microsoft® Windows® Operating System',
  Company: 'Microsoft Corporation',
  Hashes: `MD5=${'ab'.repeat(16)},SHA256=${'0C'.repeat(32)},IMPHASH=${'00'.repeat(16)}`,
};
const schema41 = { RuleName: '-', ...schema40 };
const schema421 = { ...schema41, OriginalFileName: 'whoami.exe' };
const schema480 = { ...schema421, ParentUser: 'MERIDIAN\\anna' };

function decodeStart(payload: Record<string, string>): ProcessEvent {
  const decoded = decodeWinEvent(makeWinEvent(payload));
  expect(decoded.kind).toBe('start');
  return decoded as ProcessEvent;
}

describe('Sysmon event 1', () => {
  it('decodes schema 3.1', () => {
    expect(decodeStart(schema31)).toEqual({
      kind: 'start',
      id: expect.stringMatching(/^[0-9a-f]{20}$/),
      timeMs: Date.UTC(2024, 4, 1, 12, 0, 0, 123),
      timestamp: '2024-05-01T12:00:00.123Z',
      action: 'Process Create (rule: ProcessCreate)',
      provider: 'sysmon',
      position: { source: 'log.evtx', record: 1001, offset: 4608 },
      host: { id: undefined, name: 'WS-0417.meridian.example' },
      user: { id: undefined, name: 'anna', domain: 'MERIDIAN' },
      process: {
        pid: 4240,
        entityId: '00247C92-90FE-5F7B-0000-001086C5BB2B',
        name: 'whoami.exe',
        executable: 'C:\\Windows\\System32\\whoami.exe',
        commandLine: 'whoami.exe /all',
        args: undefined,
        startMs: Date.UTC(2024, 4, 1, 12, 0, 0, 123),
        workingDirectory: 'C:\\Users\\anna\\',
        originalFileName: undefined,
        pe: { company: undefined, description: undefined, product: undefined, fileVersion: undefined },
        hash: {
          md5: undefined,
          sha1: '8dca9749cd48d286950e7a9fa1088c937cbccad4',
          sha256: undefined,
          imphash: undefined,
        },
        signature: { exists: undefined, trusted: undefined, subjectName: undefined, status: undefined },
        token: {
          integrityLevel: 'High',
          elevated: undefined,
          elevationType: undefined,
          winlogElevationType: undefined,
          mandatoryLabel: undefined,
        },
        logonId: '0x391e334',
        parent: {
          pid: 3300,
          entityId: '00247C92-90FC-5F7B-0000-00103494BA2B',
          name: 'cmd.exe',
          executable: 'C:\\Windows\\System32\\cmd.exe',
          commandLine: '"C:\\Windows\\System32\\cmd.exe" /k',
          startMs: undefined,
        },
      },
    });
  });

  it.each([
    ['4.0', schema40, undefined],
    ['4.1', schema41, undefined],
    ['4.21', schema421, 'whoami.exe'],
    ['4.80 to 4.90', schema480, 'whoami.exe'],
  ])('decodes what schema %s adds', (_, payload, originalFileName) => {
    const { process } = decodeStart(payload);
    expect(process.pe).toEqual({
      company: 'Microsoft Corporation',
      description: 'whoami - displays logged on user information',
      product: 'Microsoft® Windows® Operating System',
      fileVersion: '10.0.19041.1',
    });
    expect(process.originalFileName).toBe(originalFileName);
    expect(process.hash).toEqual({
      md5: 'ab'.repeat(16),
      sha1: undefined,
      sha256: '0c'.repeat(32),
      // Zero is how Sysmon says that there is no import table.
      imphash: undefined,
    });
  });

  it('decodes every schema the same but for the fields it adds', () => {
    const old = decodeStart(schema31);
    const { process, ...rest } = decodeStart(schema480);
    expect({ ...rest, process: old.process }).toEqual(old);
    expect({ ...process, hash: old.process.hash, pe: old.process.pe, originalFileName: undefined }).toEqual(
      old.process,
    );
  });

  it.each([
    [
      'an unknown parent',
      {
        ParentProcessGuid: '{00000000-0000-0000-0000-000000000000}',
        ParentImage: '-',
        ParentCommandLine: '-',
      },
    ],
    ['an empty parent', { ParentProcessGuid: '', ParentImage: '', ParentCommandLine: '' }],
  ])('has no parent names for %s', (_, changes) => {
    const { parent } = decodeStart({ ...schema480, ...changes, ParentProcessId: '0' }).process;
    expect(parent).toEqual({
      pid: 0,
      entityId: undefined,
      name: undefined,
      executable: undefined,
      commandLine: undefined,
      startMs: undefined,
    });
  });

  it.each([
    ['0x3e7', 'S-1-5-18'],
    ['0x00000000000003E5', 'S-1-5-19'],
    ['0x3e4', 'S-1-5-20'],
    ['0x3e8', undefined],
  ])('knows the account of logon session %s whatever its name', (logonId, sid) => {
    const { user } = decodeStart({ ...schema480, LogonId: logonId, User: 'AUTORITE NT\\Système' });
    expect(user).toEqual({ id: sid, name: 'Système', domain: 'AUTORITE NT' });
  });

  it('takes the time the log gives where UtcTime is missing', () => {
    const { timeMs, timestamp } = decodeStart({ ...schema31, UtcTime: '' });
    expect(timestamp).toBe('2024-05-01T12:00:00.4567891Z');
    expect(timeMs - Date.UTC(2024, 4, 1, 12)).toBeCloseTo(456.7891, 3);
  });

  it.each([
    ['ProcessId', 'four'],
    ['ProcessId', '-1'],
    ['ProcessId', '4294967296'],
    ['ParentProcessId', '1.5'],
    ['UtcTime', '2024-05-01 25:00:00.000'],
  ])('refuses %s of %s and names the field', (field, value) => {
    const decoded = decodeWinEvent(makeWinEvent({ ...schema480, [field]: value }));
    expect(decoded).toMatchObject({ kind: 'refused', code: 'PC_EVENT_FIELD', field });
    expect((decoded as { message: string }).message).toContain(JSON.stringify(value));
  });

  it('refuses a start without an image or a command line', () => {
    const decoded = decodeWinEvent(makeWinEvent({ ...schema480, Image: '-', CommandLine: '' }));
    expect(decoded).toMatchObject({ kind: 'refused', code: 'PC_EVENT_FIELD', field: 'Image' });
  });

  it('cuts what it quotes of an impossible value', () => {
    const decoded = decodeWinEvent(makeWinEvent({ ...schema480, ProcessId: '\u001b[31m'.repeat(9999) }));
    const { message } = decoded as { message: string };
    expect(message.length).toBeLessThan(600);
    expect(message).not.toContain('\u001b');
  });
});

describe('Sysmon events about a process', () => {
  const common = {
    UtcTime: '2024-05-01 12:00:01.000',
    ProcessGuid: '{00247C92-90FE-5F7B-0000-001086C5BB2B}',
    ProcessId: '4240',
    Image: 'C:\\tools\\a.exe',
    User: 'MERIDIAN\\anna',
  };
  const reference = {
    id: expect.any(String),
    timeMs: Date.UTC(2024, 4, 1, 12, 0, 1),
    timestamp: '2024-05-01T12:00:01.000Z',
    provider: 'sysmon',
    pid: 4240,
    entityId: '00247C92-90FE-5F7B-0000-001086C5BB2B',
    executable: 'C:\\tools\\a.exe',
    user: { id: undefined, name: 'anna', domain: 'MERIDIAN' },
  };

  it('decodes 5, an end', () => {
    expect(decodeWinEvent(makeWinEvent(common, { eventId: 5 }))).toMatchObject({ kind: 'end', ...reference });
  });

  it('decodes 3, a connection', () => {
    const payload = {
      ...common,
      Protocol: 'tcp',
      SourceIp: '10.0.0.7',
      SourcePort: '50123',
      DestinationIp: '203.0.113.9',
      DestinationHostname: '-',
      DestinationPort: '443',
    };
    expect(decodeWinEvent(makeWinEvent(payload, { eventId: 3 })) as NetworkEvent).toMatchObject({
      kind: 'network',
      ...reference,
      transport: 'tcp',
      sourceIp: '10.0.0.7',
      sourcePort: 50123,
      destinationIp: '203.0.113.9',
      destinationPort: 443,
      destinationDomain: undefined,
    });
    const impossible = makeWinEvent({ ...payload, DestinationPort: '70000' }, { eventId: 3 });
    expect(decodeWinEvent(impossible)).toMatchObject({ kind: 'refused', field: 'DestinationPort' });
  });

  it('decodes 22, a question for a name', () => {
    const payload = {
      ...common,
      QueryName: 'files.example',
      QueryResults: 'type:  5 edge.example;::ffff:203.0.113.9;2001:db8::1;',
    };
    expect(decodeWinEvent(makeWinEvent(payload, { eventId: 22 })) as DnsEvent).toMatchObject({
      kind: 'dns',
      ...reference,
      question: 'files.example',
      answers: ['edge.example', '203.0.113.9', '2001:db8::1'],
    });
  });

  it.each([2, 7, 10, 11, 4688])('has no interest in %i', (eventId) => {
    expect(decodeWinEvent(makeWinEvent(common, { eventId }))).toEqual({ kind: 'filtered' });
  });

  it('does not take the event ids of other providers for its own', () => {
    const event = makeWinEvent(schema480, { providerName: 'Microsoft-Windows-Kernel-General' });
    expect(decodeWinEvent(event)).toEqual({ kind: 'filtered' });
  });
});

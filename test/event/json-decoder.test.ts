import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decoded,
  decodeJson,
  decodeWinEvent,
  type JsonFormat,
  type ProcessEvent,
} from '../../src/event/index.ts';
import { makeWinEvent, securityProvider } from '../support/win-event.ts';

const position = { source: 'events.ndjson', record: 7, offset: 700 };

function decode(document: unknown, format?: JsonFormat | 'auto'): Decoded {
  return decodeJson(JSON.stringify(document), position, format);
}

const sysmonData = {
  RuleName: '-',
  UtcTime: '2024-05-01 12:00:00.123',
  ProcessGuid: '{00247C92-90FE-5F7B-0000-001086C5BB2B}',
  ProcessId: '4240',
  Image: 'C:\\Windows\\System32\\whoami.exe',
  CommandLine: 'whoami.exe /all',
  User: 'MERIDIAN\\anna',
  LogonId: '0x391e334',
  IntegrityLevel: 'High',
  ParentProcessGuid: '{00247C92-90FC-5F7B-0000-00103494BA2B}',
  ParentProcessId: '3300',
  ParentImage: 'C:\\Windows\\System32\\cmd.exe',
  ParentCommandLine: 'cmd.exe /k',
};
const fromLog = decodeWinEvent(makeWinEvent(sysmonData)) as ProcessEvent;

const securityData = {
  SubjectUserSid: 'S-1-5-21-1-2-3-1106',
  SubjectUserName: 'anna',
  SubjectDomainName: 'MERIDIAN',
  SubjectLogonId: '0x62f2d',
  NewProcessId: '0x1090',
  NewProcessName: 'C:\\Windows\\System32\\whoami.exe',
  ProcessId: '0xce4',
  CommandLine: 'whoami.exe /all',
};
const securityFromLog = decodeWinEvent(makeWinEvent(securityData, securityProvider)) as ProcessEvent;

/** One record in the two ways evtx_dump writes attributes. */
const dumpWithAttributes = {
  Event: {
    '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
    System: {
      Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon', Guid: '5770385F' } },
      EventID: { '#attributes': { Qualifiers: 0 }, '#text': 1 },
      Version: 5,
      TimeCreated: { '#attributes': { SystemTime: '2024-05-01T12:00:00.456789Z' } },
      EventRecordID: 1001,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Computer: 'WS-0417.meridian.example',
      Security: { '#attributes': { UserID: 'S-1-5-18' } },
    },
    EventData: {
      ...sysmonData,
      ProcessId: 4240,
      ParentProcessId: 3300,
      ProcessGuid: sysmonData.ProcessGuid.slice(1, -1),
    },
  },
};
const dumpWithSeparateAttributes = {
  Event: {
    Event_attributes: { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
    System: {
      Provider_attributes: { Name: 'Microsoft-Windows-Sysmon' },
      EventID: 1,
      EventID_attributes: { Qualifiers: 0 },
      TimeCreated_attributes: { SystemTime: '2024-05-01T12:00:00.456789Z' },
      EventRecordID: 1001,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Computer: 'WS-0417.meridian.example',
      Security_attributes: { UserID: 'S-1-5-18' },
    },
    EventData: sysmonData,
  },
};
const otrf = {
  EventID: 1,
  SourceName: 'Microsoft-Windows-Sysmon',
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  Hostname: 'WS-0417.meridian.example',
  EventTime: '2024-05-01 14:00:00',
  TimeCreated: '2024-05-01T12:00:00.456Z',
  '@timestamp': '2024-05-01T12:00:05.001Z',
  RecordNumber: 1001,
  ExecutionProcessID: 3308,
  Message: 'Process Create: …',
  ...sysmonData,
};
const rawWinlogbeat = {
  '@timestamp': '2024-05-01T12:00:00.456Z',
  winlog: {
    provider_name: 'Microsoft-Windows-Sysmon',
    event_id: '1',
    record_id: 1001,
    computer_name: 'WS-0417.meridian.example',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    user: { identifier: 'S-1-5-18' },
    event_data: sysmonData,
  },
};
const { provider_name, event_id, computer_name, ...winlogBeyondEcs } = rawWinlogbeat.winlog;
const winlogbeatHeaderInEcs = {
  ...rawWinlogbeat,
  event: { code: 1, provider: provider_name },
  host: { name: computer_name },
  winlog: winlogBeyondEcs,
};
const winlogbeat6 = {
  '@timestamp': '2024-05-01T12:00:00.456Z',
  source_name: 'Microsoft-Windows-Sysmon',
  log_name: 'Microsoft-Windows-Sysmon/Operational',
  event_id: 1,
  record_number: '1001',
  computer_name: 'WS-0417.meridian.example',
  event_data: sysmonData,
};

describe('a record of the event log', () => {
  it.each([
    ['evtx_dump', dumpWithAttributes],
    ['evtx_dump with separate attributes', dumpWithSeparateAttributes],
    ['the flat shape', otrf],
    ['Winlogbeat without processing', rawWinlogbeat],
    ['Winlogbeat with its header in ECS fields only', winlogbeatHeaderInEcs],
    ['Winlogbeat whose process is empty', { ...rawWinlogbeat, process: {} }],
    ['Winlogbeat whose process is null', { ...rawWinlogbeat, process: null }],
    ['Winlogbeat 6', winlogbeat6],
  ])('is the same event with the same id from %s as from the log', (_, document) => {
    expect(decode(document)).toEqual({ ...fromLog, position });
  });

  it('is the same from values in lists of one', () => {
    const lists = Object.fromEntries(Object.entries(sysmonData).map(([name, value]) => [name, [value]]));
    const winlog = { ...rawWinlogbeat.winlog, event_id: [1], event_data: lists };
    expect(decode({ ...rawWinlogbeat, winlog })).toEqual({ ...fromLog, position });
  });

  it('is the same for the Security log', () => {
    const document = {
      EventID: 4688,
      Version: 2,
      SourceName: 'Microsoft-Windows-Security-Auditing',
      Channel: 'Security',
      Hostname: 'WS-0417.meridian.example',
      TimeCreated: '2024-05-01T12:00:00.4567891Z',
      RecordNumber: 1001,
      ...securityData,
    };
    expect(decode(document)).toEqual({ ...securityFromLog, position });
  });

  it('takes the process id out of the message where the header’s has taken its place', () => {
    const { ProcessId: _, ...rest } = otrf;
    const Message =
      'Process Create:\r\nUtcTime: 2024-05-01\r\nProcessId: 4240\r\nCommandLine: x\r\nProcessId: 1\r\n';
    const decoded = decode({ ...rest, ProcessID: 3308, Message }) as ProcessEvent;
    expect(decoded.process.pid).toBe(4240);
    const security = {
      EventID: 4688,
      SourceName: 'Microsoft-Windows-Security-Auditing',
      TimeCreated: otrf.TimeCreated,
    };
    const { ProcessId: __, ...data } = securityData;
    const text = 'A new process…\r\n\tNew Process ID:\t\t0x1090\r\n\tCreator Process ID:\t0xce4\r\n';
    const start = decode({ ...security, ...data, ProcessID: 4, Message: text }) as ProcessEvent;
    expect([start.process.pid, start.process.parent.pid]).toEqual([0x1090, 0xce4]);
  });

  it('keeps the id an export has given it', () => {
    expect(decode({ ...rawWinlogbeat, event: { id: 'mine' } })).toMatchObject({ id: 'mine' });
  });

  it('tells alike records without a record id apart by line', () => {
    const { RecordNumber: _, ...document } = otrf;
    const text = JSON.stringify(document);
    const ids = [1, 2, 1].map((record) => (decodeJson(text, { ...position, record }) as ProcessEvent).id);
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[0]).toBe(ids[2]);
  });

  it.each([
    ['another event', { ...otrf, EventID: 10 }],
    ['another provider', { ...otrf, SourceName: 'Microsoft-Windows-Kernel-General' }],
    ['no provider', { EventID: 1, '@timestamp': otrf['@timestamp'] }],
    ['another record of evtx_dump', { Event: { System: { EventID: 7045, Provider: null } } }],
    [
      'Winlogbeat of another kind',
      { winlog: { event_id: 4624, provider_name: 'Microsoft-Windows-Security-Auditing' } },
    ],
  ])('is filtered when it is %s', (_, document) => {
    expect(decode(document)).toEqual({ kind: 'filtered' });
  });

  it.each([
    ['a time that is none', { ...otrf, TimeCreated: 'noon' }, 'TimeCreated'],
    ['an event id that is none', { ...otrf, EventID: 'one' }, 'EventID'],
    ['a name that is an object', { ...otrf, Hostname: { a: 1 } }, 'Computer'],
    ['a pid that is none', { ...otrf, ProcessId: true }, 'ProcessId'],
  ])('is refused for %s', (_, document, field) => {
    expect(decode(document)).toMatchObject({ kind: 'refused', code: 'PC_EVENT_FIELD', field });
  });

  it('is refused when evtx_dump’s System is missing', () => {
    expect(decode({ Event: { EventData: sysmonData } })).toMatchObject({
      kind: 'refused',
      code: 'PC_EVENT_SHAPE',
    });
  });
});

describe('detection', () => {
  const ecs = { process: { name: 'a.exe' } };
  it.each<[JsonFormat, unknown]>([
    ['evtx-dump', dumpWithAttributes],
    ['otrf', otrf],
    ['winlogbeat', rawWinlogbeat],
    ['ecs', ecs],
  ])('takes the documents of %s when that is set', (format, document) => {
    expect(decode(document, format).kind).toBe('start');
  });

  it.each<[JsonFormat, unknown]>([
    ['evtx-dump', ecs],
    ['otrf', rawWinlogbeat],
    ['ecs', otrf],
    ['defend', dumpWithAttributes],
  ])('refuses a document of another shape when %s is set', (format, document) => {
    expect(decode(document, format)).toMatchObject({ kind: 'refused', code: 'PC_EVENT_SHAPE' });
  });

  it('sees ECS in Winlogbeat’s and Defend’s documents, whichever of the three is set', () => {
    expect(decode(rawWinlogbeat, 'ecs').kind).toBe('start');
    expect(decode(ecs, 'defend').kind).toBe('start');
  });

  it('looks into an export of an index', () => {
    expect(decode({ _index: 'logs', _source: ecs })).toMatchObject({ process: { name: 'a.exe' } });
  });

  it.each(['', '{', 'null', '1', '"text"', '[]', '{"a":1}', '{"process":7}', '{"Event":[]}'])(
    'refuses %j',
    (text) => {
      expect(decodeJson(text, position).kind).toBe('refused');
    },
  );

  it('survives nesting far beyond any real document', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(decodeJson(`{"process":{"name":"a.exe"},"x":${deep}}`, position).kind).toBe('start');
    expect(decodeJson(`{"process":{"name":${deep}}}`, position).kind).toBe('refused');
    expect(decodeJson(`{"process":{"args":${deep}}}`, position).kind).toBe('refused');
    const dotted = Array.from({ length: 5000 }, () => 'a').join('.');
    expect(decodeJson(`{"process.name":"a.exe","${dotted}":1}`, position).kind).toBe('start');
  });

  it('reads no property that the document only pretends to inherit', () => {
    const text = '{"__proto__":{"process":{"name":"evil.exe"}},"event":{"category":"process"}}';
    expect(decodeJson(text, position)).toEqual({ kind: 'filtered' });
    const dotted =
      '{"__proto__.polluted":"yes","constructor.prototype.polluted":"yes","process.name":"a.exe"}';
    expect(decodeJson(dotted, position)).toMatchObject({ process: { name: 'a.exe' } });
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    const data = { ...otrf, EventData: undefined, ['__proto__']: { Image: 'evil.exe' } };
    expect((decode(data) as ProcessEvent).process.name).toBe('whoami.exe');
  });

  it('throws for no JSON whatever', () => {
    const names = fc.constantFrom(
      ...['process', 'event', 'winlog', 'event_data', 'Event', 'System', 'EventData', 'EventID', '#text'],
      ...['name', 'pid', 'parent', 'hash', '@timestamp', 'SourceName', 'Provider', '#attributes', 'category'],
      ...['provider_name', 'event_id', 'process.pid', 'user', 'id', 'type', 'Hashes', 'UtcTime', 'ProcessId'],
    );
    const values = fc.oneof(
      fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown),
      fc.constantFrom(
        '1',
        1,
        4688,
        'Microsoft-Windows-Sysmon',
        'Microsoft-Windows-Security-Auditing',
        'process',
      ),
    );
    const { document } = fc.letrec<{ document: unknown; node: unknown }>((tie) => ({
      document: fc.dictionary(names, tie('node'), { maxKeys: 6 }),
      node: fc.oneof({ depthSize: 'small' }, values, tie('document')),
    }));
    fc.assert(
      fc.property(document, (value) => {
        expect(['start', 'end', 'network', 'dns', 'filtered', 'refused']).toContain(decode(value).kind);
      }),
      { numRuns: 2000 },
    );
  });
});

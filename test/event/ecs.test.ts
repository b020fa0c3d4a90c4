import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decoded, decodeJson, type ProcessEvent, toEcs } from '../../src/event/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const position = { source: 'events.ndjson', record: 1, offset: 0 };

function decode(document: unknown): Decoded {
  return decodeJson(JSON.stringify(document), position);
}

function decodeStart(document: unknown): ProcessEvent {
  const decoded = decode(document);
  expect(decoded).toMatchObject({ kind: 'start' });
  return decoded as ProcessEvent;
}

/** A document in the shape of Elastic Defend. */
const defend = {
  '@timestamp': '2024-05-01T12:00:00.1234567Z',
  agent: { type: 'endpoint' },
  event: {
    id: 'MxLkQ+1+++',
    kind: 'event',
    category: ['process'],
    type: ['start'],
    action: 'start',
    module: 'endpoint',
  },
  host: { id: 'd6b3', name: 'ws-0417', hostname: 'WS-0417', os: { type: 'windows', family: 'windows' } },
  user: { id: 'S-1-5-21-1-2-3-1106', name: 'anna', domain: 'MERIDIAN' },
  process: {
    pid: 4240,
    entity_id: 'ZDZiMy00MjQwLTE3MTQ1NjQ4MDA=',
    name: 'whoami.exe',
    executable: 'C:\\Windows\\System32\\whoami.exe',
    command_line: 'whoami.exe  /all',
    args: ['whoami.exe', '/all'],
    start: '2024-05-01T12:00:00.1200000Z',
    working_directory: 'C:\\',
    pe: { original_file_name: 'whoami.exe', company: 'Microsoft Corporation', imphash: 'ab'.repeat(16) },
    hash: { md5: 'AB'.repeat(16), sha256: 'cd'.repeat(32) },
    code_signature: { exists: true, trusted: true, status: 'trusted', subject_name: 'Microsoft Windows' },
    parent: {
      pid: 3300,
      entity_id: 'ZDZiMy0zMzAw',
      name: 'cmd.exe',
      executable: 'C:\\Windows\\System32\\cmd.exe',
      command_line: 'cmd.exe',
      start: '2024-05-01T11:59:00Z',
    },
    Ext: {
      authentication_id: '0x391E334',
      token: { integrity_level_name: 'high', elevation: true, elevation_type: 'full' },
      code_signature: [{ exists: true, trusted: true }],
    },
  },
};

describe('an ECS document', () => {
  it('is decoded field by field', () => {
    const start = decodeStart(defend);
    expect(start).toMatchObject({
      id: 'MxLkQ+1+++',
      timestamp: '2024-05-01T12:00:00.1234567Z',
      action: 'start',
      provider: 'defend',
      host: { id: 'd6b3', name: 'ws-0417' },
      user: { id: 'S-1-5-21-1-2-3-1106', name: 'anna', domain: 'MERIDIAN' },
    });
    expect(start.process).toEqual({
      pid: 4240,
      entityId: 'ZDZiMy00MjQwLTE3MTQ1NjQ4MDA=',
      name: 'whoami.exe',
      executable: 'C:\\Windows\\System32\\whoami.exe',
      commandLine: 'whoami.exe  /all',
      args: ['whoami.exe', '/all'],
      startMs: Date.UTC(2024, 4, 1, 12, 0, 0, 120),
      workingDirectory: 'C:\\',
      originalFileName: 'whoami.exe',
      pe: {
        company: 'Microsoft Corporation',
        description: undefined,
        product: undefined,
        fileVersion: undefined,
      },
      hash: { md5: 'ab'.repeat(16), sha1: undefined, sha256: 'cd'.repeat(32), imphash: 'ab'.repeat(16) },
      signature: { exists: true, trusted: true, subjectName: 'Microsoft Windows', status: 'trusted' },
      token: {
        integrityLevel: 'high',
        elevated: true,
        elevationType: 'full',
        winlogElevationType: undefined,
        mandatoryLabel: undefined,
      },
      logonId: '0x391e334',
      parent: {
        pid: 3300,
        entityId: 'ZDZiMy0zMzAw',
        name: 'cmd.exe',
        executable: 'C:\\Windows\\System32\\cmd.exe',
        commandLine: 'cmd.exe',
        startMs: Date.UTC(2024, 4, 1, 11, 59),
      },
    });
  });

  it('is the same with dotted keys, whole or in part', () => {
    const flat: Record<string, unknown> = {};
    const flatten = (value: object, path: string): void => {
      for (const [key, inner] of Object.entries(value)) {
        if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
          flatten(inner, `${path}${key}.`);
        else flat[path + key] = inner;
      }
    };
    flatten(defend, '');
    expect(decode(flat)).toEqual(decode(defend));
    const { parent, ...process } = defend.process;
    const mixed = {
      ...defend,
      process: { ...process, 'parent.pid': 3300 },
      'process.parent': { ...parent, pid: 1 },
    };
    expect(decode(mixed)).toEqual(decode(defend));
  });

  it('may have lists wherever ECS allows them', () => {
    const listed = {
      ...defend,
      user: { id: ['S-1-5-21-1-2-3-1106'], name: ['anna'], domain: ['MERIDIAN', 'OTHER'] },
      process: {
        ...defend.process,
        name: ['whoami.exe'],
        pid: [4240],
        hash: { md5: ['AB'.repeat(16)], sha256: ['cd'.repeat(32)] },
      },
    };
    expect(decode(listed)).toEqual(decode(defend));
  });

  it('may have numbers where text is meant', () => {
    const start = decodeStart({ ...defend, user: { id: 1000 }, event: { ...defend.event, id: 17 } });
    expect([start.user.id, start.id]).toEqual(['1000', '17']);
  });

  it('has no value where it says "" or "-"', () => {
    const { process } = decodeStart({ process: { name: 'a.exe', executable: '', command_line: '-' } });
    expect([process.executable, process.commandLine]).toEqual([undefined, undefined]);
  });

  it('has every element of its command line, those that say "" or "-" too', () => {
    const { process } = decodeStart({ process: { name: 'tar.exe', args: ['tar', '-xf', '-', '', 7] } });
    expect(process.args).toEqual(['tar', '-xf', '-', '', '7']);
  });

  it('may carry what Endgame wrote, of which Defend’s own integrity level comes first', () => {
    const endgame = { command_line: 'a -x', elevation_type: 'full', integrity_level: 'high', elevated: true };
    const ofEndgame = { commandLine: 'a -x', elevationType: 'full', integrityLevel: 'high', elevated: true };
    const process = { name: 'a.exe' };
    expect(decodeStart({ process, endgame }).endgame).toEqual(ofEndgame);
    const Ext = { token: { integrity_level_name: 'low' } };
    expect(decodeStart({ process: { ...process, Ext }, endgame }).endgame).toEqual({
      ...ofEndgame,
      integrityLevel: 'low',
    });
    expect(decode({ process, endgame: { elevated: 'perhaps' } })).toMatchObject({
      kind: 'refused',
      field: 'endgame.elevated',
    });
  });

  it('keeps the names it gives: a missing one is not made up from a path', () => {
    const { process } = decodeStart({
      process: { executable: 'C:\\a.exe', parent: { executable: 'C:\\b.exe' } },
    });
    expect([process.name, process.parent.name]).toEqual([undefined, undefined]);
  });

  it('has the entity id of Sysmon in one spelling', () => {
    const spelt = (entityId: string) =>
      decodeStart({ process: { name: 'a', entity_id: entityId } }).process.entityId;
    expect(spelt('{00247c92-90fe-5f7b-0000-001086c5bb2b}')).toBe('00247C92-90FE-5F7B-0000-001086C5BB2B');
    expect(spelt('00247C92-90FE-5F7B-0000-001086C5BB2B')).toBe('00247C92-90FE-5F7B-0000-001086C5BB2B');
    expect(spelt('{00000000-0000-0000-0000-000000000000}')).toBeUndefined();
  });

  it('without a time has none, rather than an invented one', () => {
    const { timestamp, timeMs, process } = decodeStart({ process: { name: 'a.exe' } });
    expect([timestamp, timeMs, process.startMs]).toEqual([undefined, 0, undefined]);
  });

  it.each([1714564800123, '1714564800123'])('may tell its time in milliseconds, as %j', (time) => {
    const { timestamp, timeMs } = decodeStart({ '@timestamp': time, process: { name: 'a.exe' } });
    expect([timestamp, timeMs]).toEqual(['2024-05-01T12:00:00.123Z', 1714564800123]);
  });

  it('has no parent by the name of a SID, which Winlogbeat makes of some 4688', () => {
    const parent = { pid: 8, name: 'S-1-16-12288', executable: 'S-1-16-12288' };
    const decoded = decodeStart({ process: { name: 'a.exe', parent } }).process.parent;
    expect([decoded.pid, decoded.name, decoded.executable]).toEqual([8, undefined, undefined]);
  });

  it('starts when the event says where it does not say when', () => {
    const { process } = decodeStart({ '@timestamp': '2024-05-01T12:00:00Z', process: { name: 'a.exe' } });
    expect(process.startMs).toBe(Date.UTC(2024, 4, 1, 12));
  });

  it('without an id has one of its text and line', () => {
    const text = '{"process":{"name":"a.exe"}}';
    const at = (record: number, source = 'a') =>
      decodeJson(text, { source, record, offset: 9 }) as ProcessEvent;
    expect(at(1).id).toMatch(/^[0-9a-f]{20}$/);
    expect(at(1).id).toBe(at(1, 'copied elsewhere').id);
    expect(at(1).id).not.toBe(at(2).id);
  });
});

describe('Elastic’s gate', () => {
  const { event, process } = defend;
  const record = (id: number) => ({ provider_name: 'Microsoft-Windows-Sysmon', event_id: id });
  it.each([
    ['an alert', { event: { ...event, kind: 'alert' } }],
    ['a Linux host', { host: { os: { type: 'linux' } } }],
    ['a host in a spelling Elastic does not know', { host: { os: { type: 'WINDOWS' } } }],
    ['a file event', { event: { ...event, category: ['file'] } }],
    ['neither start nor end', { event: { ...event, type: ['info'] } }],
    ['nothing of a process', { process: undefined }],
    ['a record of the log that says no type and is no start', { event: { code: 11 }, winlog: record(11) }],
  ])('filters %s', (_, changes) => {
    expect(decode({ ...defend, ...changes })).toEqual({ kind: 'filtered' });
  });

  it.each([
    ['one of three fields that says Windows', { host: { os: { type: 'linux', platform: 'Windows' } } }],
    ['a host that does not say', { host: { name: 'ws-0417' } }],
    ['a host whose export writes out what it does not say', { host: { os: { type: null, family: '' } } }],
    ['an event that does not say', { event: undefined }],
    ['several categories', { event: { ...event, category: ['host', 'process'] } }],
    ['plain text for lists', { event: { ...event, category: 'process', type: 'start' } }],
    ['older type words', { event: { ...event, type: ['start', 'process_start'] } }],
    ['an older type word alone', { event: { ...event, type: 'process_start' } }],
    ['a record of the log that is a start', { event: { kind: 'event', code: 1 }, winlog: record(1) }],
  ])('lets through %s', (_, changes) => {
    expect(decode({ ...defend, ...changes }).kind).toBe('start');
  });

  it.each([
    ['its type', { ...event, type: ['end'] }],
    ['an older word for its type', { ...event, type: 'process_end' }],
    ['its action, where it has no type', { action: 'exited-process' }],
  ])('knows an end by %s', (_, changes) => {
    const decoded = decode({ ...defend, event: changes, process });
    expect(decoded).toMatchObject({
      kind: 'end',
      pid: 4240,
      executable: process.executable,
      host: { id: 'd6b3' },
    });
  });
});

describe('events about a process', () => {
  it('are connections', () => {
    const decoded = decode({
      ...defend,
      event: { ...defend.event, category: ['network'], type: ['start'] },
      network: { transport: 'tcp' },
      source: { ip: '10.0.0.7', port: 50123 },
      destination: { ip: '203.0.113.9', port: 443, domain: 'files.example' },
    });
    expect(decoded).toMatchObject({
      kind: 'network',
      pid: 4240,
      transport: 'tcp',
      sourceIp: '10.0.0.7',
      sourcePort: 50123,
      destinationIp: '203.0.113.9',
      destinationPort: 443,
      destinationDomain: 'files.example',
    });
  });

  it.each([
    ['Defend', { question: { name: 'files.example' }, resolved_ip: ['203.0.113.9'] }],
    ['Winlogbeat', { question: { name: 'files.example' }, answers: [{ data: '203.0.113.9', type: 'A' }] }],
  ])('are questions for names, as %s writes them', (_, dns) => {
    const event = { ...defend.event, category: ['network'], type: ['protocol'] };
    const decoded = decode({ ...defend, event, dns });
    expect(decoded).toMatchObject({ kind: 'dns', question: 'files.example', answers: ['203.0.113.9'] });
  });
});

describe('Winlogbeat’s processed documents', () => {
  const document = {
    '@timestamp': '2024-05-01T12:00:00.123Z',
    event: { kind: 'event', category: ['process'], type: ['start'], code: '1', module: 'sysmon' },
    process: { pid: 4240, name: 'whoami.exe', executable: 'C:\\Windows\\System32\\whoami.exe' },
    winlog: {
      provider_name: 'Microsoft-Windows-Sysmon',
      computer_name: 'WS-0417',
      user: { identifier: 'S-1-5-18' },
      event_data: {
        IntegrityLevel: 'High',
        OriginalFileName: 'whoami.exe',
        TokenElevationType: '%%1936',
        Signed: 'TRUE',
        SignatureStatus: 'Valid',
        LogonId: '0x00000000000003e7',
        ParentCommandLine: 'cmd.exe /k',
        Image: 'C:\\elsewhere.exe',
      },
    },
  };

  it('fall back on the record where Elastic’s pipeline does', () => {
    const start = decodeStart(document);
    expect(start).toMatchObject({ provider: 'sysmon', host: { name: 'WS-0417' }, user: { id: 'S-1-5-18' } });
    expect(start.process).toMatchObject({
      executable: 'C:\\Windows\\System32\\whoami.exe',
      originalFileName: 'whoami.exe',
      signature: { exists: true, trusted: true, status: 'Valid' },
      token: { integrityLevel: 'High', winlogElevationType: '%%1936', elevationType: undefined },
      logonId: '0x3e7',
      parent: { commandLine: 'cmd.exe /k' },
    });
  });

  it('take SYSTEM at its word where no session is told', () => {
    const { LogonId: _, ...data } = document.winlog.event_data;
    const told = { ...document, winlog: { ...document.winlog, event_data: data } };
    const user = { id: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY' };
    expect(decodeStart({ ...told, user }).user).toMatchObject(user);
    expect(decodeStart({ ...told, user: { ...user, name: 'bob' } }).user.id).toBeUndefined();
  });

  it.each([
    ['0x2f5a1', 'S-1-5-18', { id: undefined, indexedId: 'S-1-5-18', name: 'bob', domain: 'CORP' }],
    ['0x3e5', 'S-1-5-18', { id: 'S-1-5-19', indexedId: 'S-1-5-18' }],
    ['0x2f5a1', 'S-1-5-21-1-2-3-1106', { id: 'S-1-5-21-1-2-3-1106' }],
  ])('do not take Sysmon’s own account for that of session %s', (LogonId, id, user) => {
    const winlog = { ...document.winlog, event_data: { ...document.winlog.event_data, LogonId } };
    for (const told of [
      { user: { id, name: 'bob', domain: 'CORP' }, winlog },
      { user: { name: 'bob', domain: 'CORP' }, winlog: { ...winlog, user: { identifier: id } } },
    ]) {
      expect(decodeStart({ ...document, ...told }).user).toMatchObject(user);
    }
  });

  it('prefer ECS fields', () => {
    const start = decodeStart({
      ...document,
      user: { id: 'S-1-5-21-1-2-3-1106' },
      process: {
        ...document.process,
        pe: { original_file_name: 'other.exe' },
        code_signature: { exists: false },
        Ext: { token: { integrity_level_name: 'low' } },
      },
    });
    expect(start.user.id).toBe('S-1-5-21-1-2-3-1106');
    expect(start.process.originalFileName).toBe('other.exe');
    expect(start.process.signature.exists).toBe(false);
    expect(start.process.token.integrityLevel).toBe('low');
  });
});

describe('objects in lists of one, which to Elasticsearch are the same', () => {
  it('are the same event', () => {
    const { host, user, process, event } = defend;
    const { parent, code_signature } = process;
    const document = {
      ...defend,
      event: [event],
      host: [host],
      user: [user],
      process: { ...process, parent: [parent], code_signature: [code_signature] },
    };
    const { position: _, ...plain } = decodeStart(defend);
    expect(decodeStart(document)).toMatchObject(plain);
    expect(decodeStart({ ...document, process: [document.process] })).toMatchObject(plain);
  });
});

describe('an impossible field', () => {
  it.each([
    ['process.pid', { process: { name: 'a.exe', pid: -4 } }],
    ['process.pid', { process: { name: 'a.exe', pid: 1.5 } }],
    ['process.pid', { process: { name: 'a.exe', pid: 'x' } }],
    ['process.parent.pid', { process: { name: 'a.exe', parent: { pid: 2 ** 32 } } }],
    ['process.name', { process: { name: { first: 'a.exe' } } }],
    ['process.args', { process: { name: 'a.exe', args: [['a']] } }],
    ['process.start', { process: { name: 'a.exe', start: 'now' } }],
    ['process.code_signature.exists', { process: { name: 'a.exe', code_signature: { exists: 'perhaps' } } }],
    ['@timestamp', { '@timestamp': '2024-02-30T00:00:00Z', process: { name: 'a.exe' } }],
    ['@timestamp', { '@timestamp': -1, process: { name: 'a.exe' } }],
    ['process', { process: { pid: 4 } }],
    ['process', { event: { type: 'start' }, process: 'a.exe' }],
  ])('%s is refused and named', (field, document) => {
    expect(decode(document)).toMatchObject({ kind: 'refused', code: 'PC_EVENT_FIELD', field });
  });
});

describe('toEcs', () => {
  it('leaves out what is not known', () => {
    const event = makeProcessEvent({
      process: { parent: { pid: undefined, name: undefined, executable: undefined } },
    });
    expect(toEcs(event)).toEqual({
      '@timestamp': '2026-11-18T09:41:22.000Z',
      event: {
        id: 'event-1',
        kind: 'event',
        category: ['process'],
        type: ['start'],
        provider: 'Microsoft-Windows-Sysmon',
      },
      host: { name: 'WS-0417', os: { type: 'windows' } },
      user: { name: 'anna', domain: 'MERIDIAN' },
      process: {
        pid: 4240,
        name: 'cmd.exe',
        executable: 'C:\\Windows\\System32\\cmd.exe',
        command_line: 'cmd.exe /c dir',
      },
    });
  });

  it('writes what decodes to the same event', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => value !== '-');
    const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
    const timeMs = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
    const event = fc.record({
      name: text,
      executable: maybe(text),
      commandLine: maybe(text),
      pid: maybe(fc.nat()),
      startMs: timeMs,
      parentName: maybe(text),
      parentMs: maybe(timeMs),
      elevated: maybe(fc.boolean()),
      args: maybe(fc.array(text, { minLength: 1 })),
    });
    fc.assert(
      fc.property(event, ({ parentName, parentMs, elevated, ...process }) => {
        const start = makeProcessEvent({
          process: { ...process, token: { elevated }, parent: { name: parentName, startMs: parentMs } },
        });
        expect(decodeJson(JSON.stringify(toEcs(start)), start.position)).toEqual(start);
      }),
    );
  });
});

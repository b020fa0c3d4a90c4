import { describe, expect, it } from 'vitest';
import { decodeWinEvent, type ProcessEvent } from '../../src/event/index.ts';
import { makeWinEvent, securityProvider } from '../support/win-event.ts';

/** Fields of 4688 by version. */
const version0 = {
  SubjectUserSid: 'S-1-5-21-1-2-3-1106',
  SubjectUserName: 'anna',
  SubjectDomainName: 'MERIDIAN',
  SubjectLogonId: '0x62f2d',
  NewProcessId: '0x1090',
  NewProcessName: 'C:\\Windows\\System32\\whoami.exe',
  TokenElevationType: '%%1938',
  ProcessId: '0xce4',
};
const version1 = { ...version0, CommandLine: 'whoami.exe /all' };
const version2 = {
  ...version1,
  TargetUserSid: 'S-1-0-0',
  TargetUserName: '-',
  TargetDomainName: '-',
  TargetLogonId: '0x0',
  ParentProcessName: 'C:\\Windows\\System32\\cmd.exe',
  MandatoryLabel: 'S-1-16-8192',
};

function decodeStart(payload: Record<string, string>, version = 2): ProcessEvent {
  const decoded = decodeWinEvent(makeWinEvent(payload, { ...securityProvider, version }));
  expect(decoded.kind).toBe('start');
  return decoded as ProcessEvent;
}

describe('Security event 4688', () => {
  it('decodes version 2', () => {
    const event = decodeStart(version2);
    expect(event).toMatchObject({
      kind: 'start',
      timestamp: '2024-05-01T12:00:00.4567891Z',
      action: 'created-process',
      provider: 'security',
      user: { id: 'S-1-5-21-1-2-3-1106', name: 'anna', domain: 'MERIDIAN' },
      process: {
        pid: 0x1090,
        entityId: undefined,
        name: 'whoami.exe',
        executable: 'C:\\Windows\\System32\\whoami.exe',
        commandLine: 'whoami.exe /all',
        startMs: event.timeMs,
        logonId: '0x62f2d',
        parent: { pid: 0xce4, name: 'cmd.exe', executable: 'C:\\Windows\\System32\\cmd.exe' },
      },
    });
    expect(event.process.token).toEqual({
      integrityLevel: undefined,
      elevated: undefined,
      elevationType: undefined,
      winlogElevationType: '%%1938',
      mandatoryLabel: 'S-1-16-8192',
    });
    expect(event.timeMs).toBeCloseTo(Date.UTC(2024, 4, 1, 12, 0, 0, 456) + 0.7891, 3);
  });

  it.each([
    [0, version0, undefined],
    [1, version1, 'whoami.exe /all'],
    [1, { ...version1, CommandLine: '' }, undefined],
  ])('decodes version %i', (version, payload, commandLine) => {
    const { process, user } = decodeStart(payload, version);
    expect(process).toMatchObject({ pid: 0x1090, name: 'whoami.exe', commandLine });
    expect(process.parent).toMatchObject({ pid: 0xce4, name: undefined, executable: undefined });
    expect(process.token.mandatoryLabel).toBeUndefined();
    expect(user.name).toBe('anna');
  });

  it('has all the keys a Sysmon start has', () => {
    const sysmon = decodeWinEvent(makeWinEvent({ Image: 'C:\\a.exe' })) as ProcessEvent;
    const keys = (value: object): unknown =>
      Object.entries(value).map(([key, inner]) =>
        typeof inner === 'object' && inner !== null ? [key, keys(inner)] : key,
      );
    expect(keys(decodeStart(version2))).toEqual(keys(sysmon));
  });

  it.each([
    [
      'the target where it is set, though its SID often is not',
      { TargetUserName: 'bela', TargetDomainName: 'MERIDIAN', TargetLogonId: '0x7A3F1' },
      { id: undefined, name: 'bela', domain: 'MERIDIAN' },
      '0x7a3f1',
    ],
    [
      'the target with its SID',
      { TargetUserSid: 'S-1-5-21-1-2-3-1200', TargetUserName: 'bela', TargetLogonId: '0x7a3f1' },
      { id: 'S-1-5-21-1-2-3-1200', name: 'bela', domain: undefined },
      '0x7a3f1',
    ],
    [
      'the target by its logon session',
      { TargetUserName: 'SYSTEM', TargetDomainName: 'NT AUTHORITY', TargetLogonId: '0x3e7' },
      { id: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY' },
      '0x3e7',
    ],
    [
      'the subject where the target is blank',
      {},
      { id: 'S-1-5-21-1-2-3-1106', name: 'anna', domain: 'MERIDIAN' },
      '0x62f2d',
    ],
  ])('takes as user %s', (_, changes, user, logonId) => {
    const event = decodeStart({ ...version2, ...changes });
    expect(event.user).toEqual(user);
    expect(event.process.logonId).toBe(logonId);
  });

  it.each(['S-1-16-12288', 'S-1-5-18', '-', ''])('does not believe a parent called %j', (name) => {
    const { parent } = decodeStart({ ...version2, ParentProcessName: name }).process;
    expect(parent).toMatchObject({ pid: 0xce4, name: undefined, executable: undefined });
  });

  it.each([
    ['NewProcessId', '0xzz'],
    ['NewProcessId', '0x100000000'],
    ['ProcessId', 'cmd.exe'],
    ['NewProcessName', ''],
  ])('refuses %s of %j', (field, value) => {
    const payload = { ...version2, CommandLine: '', [field]: value };
    const decoded = decodeWinEvent(makeWinEvent(payload, securityProvider));
    expect(decoded).toMatchObject({ kind: 'refused', code: 'PC_EVENT_FIELD', field });
  });
});

it('decodes Security event 4689, an end', () => {
  const payload = {
    SubjectUserSid: 'S-1-5-18',
    SubjectUserName: 'WS-0417$',
    SubjectDomainName: 'MERIDIAN',
    SubjectLogonId: '0x3e7',
    Status: '0x0',
    ProcessId: '0x1090',
    ProcessName: 'C:\\Windows\\System32\\whoami.exe',
  };
  expect(decodeWinEvent(makeWinEvent(payload, { ...securityProvider, eventId: 4689 }))).toMatchObject({
    kind: 'end',
    provider: 'security',
    pid: 0x1090,
    entityId: undefined,
    executable: 'C:\\Windows\\System32\\whoami.exe',
    user: { id: 'S-1-5-18', name: 'WS-0417$', domain: 'MERIDIAN' },
  });
});

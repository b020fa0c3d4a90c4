import { describe, expect, test } from 'vitest';
import { decodeEtwRecord, type EtwProcessRecord, type ProcessEvent } from '../../src/event/index.ts';

const host = { id: undefined, name: 'PC-7' };

const base: EtwProcessRecord = {
  kind: 'start',
  timeMs: 1_714_608_000_123.5,
  timestamp: '2024-05-02T00:00:00.1235000Z',
  position: { source: 'etw', record: 9, offset: 0 },
  isManifestOnly: false,
  pid: 4_242,
  parentPid: 4_000,
  createdMs: 1_714_608_000_123,
  imagePath: 'C:\\Windows\\System32\\certutil.exe',
  imageNtPath: '\\Device\\HarddiskVolume3\\Windows\\System32\\certutil.exe',
  imageName: 'certutil.exe',
  commandLine: 'certutil -decode a b',
  userSid: 'S-1-5-21-1-2-3-1001',
  userName: 'ana',
  userDomain: 'CORP',
  groupSids: undefined,
  groupCount: undefined,
  mandatoryLabel: 'S-1-16-12288',
  elevated: true,
  elevationType: 2,
  logonId: '0x3e7',
  sha256: 'ab'.repeat(32),
  originalFileName: 'CertUtil.exe',
  company: 'Microsoft Corporation',
  description: undefined,
  product: undefined,
  fileVersion: undefined,
  signature: 'trusted',
  signer: 'Microsoft Windows',
};

function start(changes: Partial<EtwProcessRecord>): ProcessEvent {
  const event = decodeEtwRecord({ ...base, ...changes }, host);
  if (event.kind !== 'start') throw new Error(`a ${event.kind}`);
  return event;
}

test('a start with all its facts', () => {
  expect(start({})).toEqual({
    kind: 'start',
    id: expect.stringMatching(/^[0-9a-f]{20}$/),
    timeMs: 1_714_608_000_123.5,
    timestamp: '2024-05-02T00:00:00.1235000Z',
    action: 'start',
    provider: 'etw',
    position: { source: 'etw', record: 9, offset: 0 },
    host,
    user: { id: 'S-1-5-21-1-2-3-1001', name: 'ana', domain: 'CORP' },
    process: {
      pid: 4_242,
      entityId: undefined,
      name: 'certutil.exe',
      executable: 'C:\\Windows\\System32\\certutil.exe',
      commandLine: 'certutil -decode a b',
      args: undefined,
      startMs: 1_714_608_000_123,
      workingDirectory: undefined,
      originalFileName: 'CertUtil.exe',
      pe: {
        company: 'Microsoft Corporation',
        description: undefined,
        product: undefined,
        fileVersion: undefined,
      },
      hash: { md5: undefined, sha1: undefined, sha256: 'ab'.repeat(32), imphash: undefined },
      signature: { exists: true, trusted: true, subjectName: 'Microsoft Windows', status: 'trusted' },
      token: {
        integrityLevel: 'High',
        elevated: true,
        elevationType: 'full',
        winlogElevationType: undefined,
        mandatoryLabel: 'S-1-16-12288',
      },
      logonId: '0x3e7',
      parent: {
        pid: 4_000,
        entityId: undefined,
        name: undefined,
        executable: undefined,
        commandLine: undefined,
        startMs: undefined,
      },
    },
  });
});

describe('what a classic event alone leaves open', () => {
  test('the time of the event stands for the creation', () => {
    expect(start({ createdMs: undefined }).process.startMs).toBe(base.timeMs);
  });

  test('a file name is no path', () => {
    const { process } = start({ imagePath: undefined, imageNtPath: undefined });
    expect([process.name, process.executable]).toEqual(['certutil.exe', undefined]);
  });

  test('the device path where the drive letter is not known', () => {
    const { process } = start({ imagePath: undefined });
    expect([process.name, process.executable]).toEqual(['certutil.exe', base.imageNtPath]);
  });
});

test.each([
  ['S-1-16-0', 'Untrusted'],
  ['S-1-16-4096', 'Low'],
  ['S-1-16-8192', 'Medium'],
  ['S-1-16-8448', 'Medium'],
  ['S-1-16-12288', 'High'],
  ['S-1-16-16384', 'System'],
  ['nonsense', undefined],
  [undefined, undefined],
])('label %s is %s', (mandatoryLabel, level) => {
  expect(start({ mandatoryLabel }).process.token.integrityLevel).toBe(level);
});

test.each([
  ['none', false, undefined],
  ['untrusted', true, false],
  ['expired', true, false],
  ['revoked', true, false],
  ['bad-digest', true, false],
  ['undecided', undefined, undefined],
  [undefined, undefined, undefined],
] as const)('signature %s', (signature, exists, trusted) => {
  expect(start({ signature }).process.signature).toMatchObject({ exists, trusted });
});

test('an end refers to its process', () => {
  expect(decodeEtwRecord({ ...base, kind: 'end' }, host)).toMatchObject({ kind: 'end', pid: 4_242 });
});

test('a process that ran before seeds and is no start', () => {
  const event = decodeEtwRecord({ ...base, kind: 'running', createdMs: undefined }, host);
  expect(event).toMatchObject({ kind: 'running', pid: 4_242, process: { pid: 4_242, startMs: undefined } });
});

test.each([
  [{ pid: undefined }, 'ProcessId'],
  [
    { imagePath: undefined, imageNtPath: undefined, imageName: undefined, commandLine: undefined },
    'ImageFileName',
  ],
])('refused: %o', (changes, field) => {
  expect(decodeEtwRecord({ ...base, ...changes }, host)).toMatchObject({ kind: 'refused', field });
});

test('the id is of the start, not of where in a session it came', () => {
  const again = start({ position: { source: 'etw', record: 1, offset: 0 } });
  expect(again.id).toBe(start({}).id);
  expect(start({ pid: 4_246 }).id).not.toBe(again.id);
});

test.each(['start', 'running', 'end'] as const)(
  'a %s that only the manifest provider told of is unconfirmed',
  (kind) => {
    expect(decodeEtwRecord({ ...base, kind, isManifestOnly: true }, host)).toMatchObject({
      kind,
      isUnconfirmed: true,
    });
    expect(decodeEtwRecord({ ...base, kind }, host)).not.toHaveProperty('isUnconfirmed');
  },
);

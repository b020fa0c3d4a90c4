import type { Process, ProcessEvent } from '../../src/event/index.ts';

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T;

const blank: ProcessEvent = {
  kind: 'start',
  id: 'event-1',
  timeMs: Date.UTC(2026, 10, 18, 9, 41, 22),
  timestamp: '2026-11-18T09:41:22.000Z',
  action: undefined,
  provider: 'sysmon',
  position: { source: 'test', record: 1, offset: 0 },
  host: { id: undefined, name: 'WS-0417' },
  user: { id: undefined, name: 'anna', domain: 'MERIDIAN', groups: undefined },
  process: {
    pid: 4240,
    entityId: undefined,
    name: 'cmd.exe',
    executable: 'C:\\Windows\\System32\\cmd.exe',
    commandLine: 'cmd.exe /c dir',
    args: undefined,
    startMs: undefined,
    workingDirectory: undefined,
    originalFileName: undefined,
    pe: { company: undefined, description: undefined, product: undefined, fileVersion: undefined },
    hash: { md5: undefined, sha1: undefined, sha256: undefined, imphash: undefined },
    signature: { exists: undefined, trusted: undefined, subjectName: undefined, status: undefined },
    token: {
      integrityLevel: undefined,
      elevated: undefined,
      elevationType: undefined,
      winlogElevationType: undefined,
      mandatoryLabel: undefined,
    },
    logonId: undefined,
    parent: {
      pid: 3300,
      entityId: undefined,
      name: 'explorer.exe',
      executable: 'C:\\Windows\\explorer.exe',
      commandLine: undefined,
      startMs: undefined,
    },
  },
};

/** An ordinary process start, with what a test says differs. */
export function makeProcessEvent(changes: DeepPartial<ProcessEvent> = {}): ProcessEvent {
  return merge(blank, changes) as ProcessEvent;
}

/** The same for a test that only cares about the process. */
export function makeStart(process: DeepPartial<Process>): ProcessEvent {
  return makeProcessEvent({ process });
}

function merge(base: object, changes: object): object {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    merged[key] = isPlain(old) && isPlain(value) ? merge(old, value) : value;
  }
  return merged;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

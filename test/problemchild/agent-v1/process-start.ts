import type { ProcessEvent } from '../../../src/event/index.ts';

export interface StartFields {
  readonly name?: string;
  readonly executable?: string;
  readonly commandLine?: string;
  readonly originalFileName?: string;
  readonly parentExecutable?: string;
  readonly parentCommandLine?: string;
  readonly userId?: string;
  readonly userName?: string;
  readonly integrityLevel?: string;
}

/** A process start with nothing known but what is given. */
export function processStart(fields: StartFields): ProcessEvent {
  const { executable, parentExecutable } = fields;
  const baseName = (path: string | undefined): string | undefined => path?.slice(path.lastIndexOf('\\') + 1);
  return {
    kind: 'start',
    id: 'e1',
    timeMs: 0,
    timestamp: '1970-01-01T00:00:00.000Z',
    action: undefined,
    provider: 'sysmon',
    position: { source: 'test', record: 1, offset: 0 },
    host: { id: undefined, name: undefined },
    user: { id: fields.userId, name: fields.userName, domain: undefined, groups: undefined },
    process: {
      pid: 1,
      entityId: undefined,
      name: fields.name ?? baseName(executable),
      executable,
      commandLine: fields.commandLine,
      args: undefined,
      startMs: undefined,
      workingDirectory: undefined,
      originalFileName: fields.originalFileName,
      pe: { company: undefined, description: undefined, product: undefined, fileVersion: undefined },
      hash: { md5: undefined, sha1: undefined, sha256: undefined, imphash: undefined },
      signature: { exists: undefined, trusted: undefined, subjectName: undefined, status: undefined },
      token: {
        integrityLevel: fields.integrityLevel,
        elevated: undefined,
        elevationType: undefined,
        winlogElevationType: undefined,
        mandatoryLabel: undefined,
      },
      logonId: undefined,
      parent: {
        pid: 2,
        entityId: undefined,
        name: baseName(parentExecutable),
        executable: parentExecutable,
        commandLine: fields.parentCommandLine,
        startMs: undefined,
      },
    },
  } as ProcessEvent;
}

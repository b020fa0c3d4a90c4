import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckState } from '../../../src/agent/doctor/check.ts';
import { checks } from '../../../src/agent/doctor/checks.ts';
import { runDoctor } from '../../../src/agent/doctor/run-doctor.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { AgentError } from '../../../src/errors/index.ts';
import type { SystemFacts } from '../../../src/windows/index.ts';

interface Machine {
  readonly numbers?: Readonly<Record<string, number>>;
  readonly texts?: Readonly<Record<string, string>>;
  readonly failureActions?: number;
  /** Sysmon's, as the registry keeps them. */
  readonly rules?: number;
  readonly privileges?: readonly string[];
  readonly service?: ReturnType<SystemFacts['serviceState']>;
  readonly driver?: ReturnType<SystemFacts['serviceState']>;
  readonly audits?: boolean;
  readonly sessions?: readonly string[];
  readonly writer?: string;
}

/** A Windows made up of what a test says; nothing else is there. */
function makeSystem(machine: Machine): SystemFacts {
  const { numbers = {}, texts = {}, failureActions } = machine;
  return {
    registry: {
      number: (_, name) => numbers[name],
      text: (_, name) => texts[name],
      bytes(_, name) {
        if (name === 'Rules') return machine.rules === undefined ? undefined : Buffer.alloc(machine.rules);
        if (failureActions === undefined) return undefined;
        const bytes = Buffer.alloc(44);
        bytes.writeUInt32LE(failureActions, 12);
        return bytes;
      },
    },
    privileges: () => machine.privileges ?? [],
    serviceState: (name) => (name === 'SysmonDrv' ? machine.driver : machine.service),
    auditsProcessCreation: () => machine.audits,
    ownSessions: () => machine.sessions ?? [],
    untrustedWriterOf: () => machine.writer,
  };
}

async function look(
  id: string,
  machine: Machine | Error,
  loaded = loadConfig({ env: { PC_STATE_FILE: 'C:/state/state.db' } }),
): Promise<[CheckState, string]> {
  const { checks: results } = await runDoctor(
    {
      loaded,
      refusal: undefined,
      env: {},
      clock: { nowMs: Date.now },
      probe: false,
      windows: {
        system: machine instanceof Error ? machine : makeSystem(machine),
        library: new AgentError('PC_NATIVE_ABI', 'interface 3.0, this agent needs 1.x'),
      },
    },
    checks.filter((each) => each.id === id),
  );
  const { state, cause } = results[0]!;
  return [state, cause];
}

const installed = { texts: { ImagePath: 'C:\\pc\\node.exe' } };
const every = ['SeDebugPrivilege', 'SeSecurityPrivilege', 'SeSystemProfilePrivilege'];

describe('the checks of Windows', () => {
  it.each([
    ['native-ffi', {}, 'ok', 'loads'],
    ['native-library', {}, 'fail', 'PC_NATIVE_ABI'],
    ['privileges', { privileges: every }, 'ok', 'SeDebugPrivilege'],
    ['privileges', { privileges: every.slice(1) }, 'warn', 'missing: SeDebugPrivilege, to look at'],
    ['tracing-sessions', { sessions: ['s'], service: 'running' }, 'ok', 's'],
    ['tracing-sessions', { sessions: ['s'], service: 'stopped' }, 'warn', 'without the service'],
    ['tracing-sessions', {}, 'ok', 'none'],
    ['audit-policy', { audits: true }, 'ok', 'audited'],
    ['audit-policy', { audits: false }, 'warn', 'does not'],
    ['audit-policy', {}, 'skipped', 'may not be read'],
    ['audit-command-line', { numbers: { ProcessCreationIncludeCmdLine_Enabled: 1 } }, 'ok', 'on'],
    ['audit-command-line', { numbers: { ProcessCreationIncludeCmdLine_Enabled: 0 } }, 'warn', 'off'],
    ['audit-command-line', {}, 'warn', 'off'],
    ['service-installed', installed, 'ok', 'node.exe'],
    ['service-installed', {}, 'warn', 'no service'],
    ['service-running', { service: 'running' }, 'ok', 'running'],
    ['service-running', { service: 'stopped' }, 'fail', 'stopped'],
    ['service-running', {}, 'skipped', 'no service'],
    ['service-start', { numbers: { Start: 2 } }, 'ok', 'automatic'],
    ['service-start', { numbers: { Start: 3 } }, 'warn', 'somebody'],
    ['service-start', { numbers: { Start: 4 } }, 'warn', 'disabled'],
    ['service-recovery', installed, 'warn', 'no recovery'],
    ['service-recovery', { ...installed, failureActions: 0 }, 'warn', 'no recovery'],
    ['service-recovery', { ...installed, failureActions: 3 }, 'warn', 'only after a crash'],
    [
      'service-recovery',
      { ...installed, failureActions: 3, numbers: { FailureActionsOnNonCrashFailures: 1 } },
      'ok',
      'also',
    ],
    ['event-source', { texts: { EventMessageFile: 'C:\\pc\\problemchild.dll' } }, 'ok', '.dll'],
    ['event-source', {}, 'warn', 'not'],
    ['folder-permissions', {}, 'ok', '1 places'],
    ['folder-permissions', { writer: 'S-1-1-0' }, 'fail', 'S-1-1-0 may change'],
    ['antivirus', {}, 'skipped', 'not installed'],
    ['sysmon-channel', {}, 'skipped', 'native library'],
    ['other-sessions', {}, 'skipped', 'native library'],
    ['isolation', {}, 'skipped', 'native library'],
    ['sysmon-driver', {}, 'skipped', 'not installed'],
    ['sysmon-driver', { ...installed, service: 'stopped', driver: 'running' }, 'fail', 'Sysmon64 is stopped'],
    ['sysmon-driver', { ...installed, service: 'running' }, 'skipped', 'a name of its own'],
    [
      'sysmon-driver',
      { ...installed, service: 'running', driver: 'stopped' },
      'fail',
      'SysmonDrv is stopped',
    ],
    [
      'sysmon-driver',
      { ...installed, service: 'running', driver: 'running' },
      'ok',
      'Sysmon64 and SysmonDrv',
    ],
    ['sysmon-configuration', {}, 'skipped', 'not installed'],
    ['sysmon-configuration', { numbers: { Start: 0 } }, 'ok', 'every process start'],
    [
      'sysmon-configuration',
      { numbers: { Start: 0 }, rules: 5_000, texts: { ConfigFile: 'C:\\s.xml', ConfigHash: 'SHA256=0A' } },
      'ok',
      'rules of 5 KB from C:\\s.xml (SHA256=0A)',
    ],
  ] as const)('%s of %j is %s', async (id, machine, state, says) => {
    const [found, cause] = await look(id, machine);
    expect([found, cause]).toEqual([state, expect.stringContaining(says)]);
  });

  it.each([
    ['config-permissions', { writer: 'BU' }, 'fail', 'BU may write to '],
    ['config-permissions', {}, 'ok', 'agent.yaml'],
    ['state-folder', { writer: 'BU' }, 'warn', 'BU may write to '],
    ['state-folder', {}, 'ok', ''],
    ['config-permissions', new Error('no package'), 'skipped', 'does not load'],
  ] as const)('%s asks Windows who else may write (%j): %s', async (id, machine, state, says) => {
    const folder = mkdtempSync(join(tmpdir(), 'pc-checks-'));
    const file = join(folder, 'agent.yaml');
    writeFileSync(file, 'state: { file: state.db }\n', { mode: 0o600 });
    const [found, cause] = await look(id, machine, loadConfig({ file, env: {} }));
    expect([found, cause]).toEqual([state, expect.stringContaining(says)]);
    rmSync(folder, { recursive: true });
  });
});

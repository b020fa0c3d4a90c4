import { serviceSetting, structBytes } from './abi.ts';
import { newCause, newStruct, toWide } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

export interface ServiceSetup {
  readonly name: string;
  readonly start: 'auto' | 'delayed' | 'demand' | 'disabled';
  /** How long a shutdown of Windows waits for it. */
  readonly preshutdownMs: number;
  /** Without a failure for so long, the next one counts as the first. */
  readonly failureResetMs: number;
  /** Wait before a restart: after the first, the second and every later failure. */
  readonly restartMs: readonly [number, number, number];
  /** What it runs, quoted: a path with spaces and without quotes would run what lies at its first part. */
  readonly command: string;
  /** What its token keeps, `Se…Privilege`. */
  readonly privileges: readonly string[];
  /** SDDL: who may start, stop and change it. */
  readonly access: string;
}

const startTypes = { auto: 2, delayed: 2, demand: 3, disabled: 4 } as const;

/**
 * Sets up an installed service; a stop with an error counts as a failure too. Answers what this Windows does
 * not know of it.
 *
 * @throws AgentError PC_NATIVE_…
 */
export function setUpService(library: NativeLibrary, setup: ServiceSetup): string[] {
  const options = newStruct(structBytes.serviceOptions);
  options.writeUInt32LE(startTypes[setup.start], 4);
  options.writeUInt32LE(setup.start === 'delayed' ? 1 : 0, 8);
  options.writeUInt32LE(setup.preshutdownMs, 12);
  options.writeUInt32LE(setup.failureResetMs / 1_000, 16);
  setup.restartMs.forEach((ms, index) => {
    options.writeUInt32LE(ms, 20 + index * 4);
  });
  const name = toWide(setup.name);
  const command = toWide(setup.command);
  const privileges = toWide(setup.privileges.join(','));
  const access = toWide(setup.access);
  const unknown = Buffer.alloc(4);
  const cause = newCause();
  const result = library.call.pc_service_configure(
    name.bytes,
    name.units,
    options,
    command.bytes,
    command.units,
    privileges.bytes,
    privileges.units,
    access.bytes,
    access.units,
    unknown,
    cause,
  );
  library.check(result, cause, `the service ${setup.name} could not be set up`);
  const bits = unknown.readUInt32LE();
  return Object.entries(serviceSetting)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([setting]) => setting.toLowerCase().replaceAll('_', ' '));
}

/** Ends tracing sessions of the agent that outlived it; answers how many. @throws AgentError PC_NATIVE_… */
export function stopOrphanSessions(library: NativeLibrary): number {
  const stopped = Buffer.alloc(4);
  const cause = newCause();
  library.check(library.call.pc_etw_stop_orphans(stopped, cause), cause, 'sessions could not be stopped');
  return stopped.readUInt32LE();
}

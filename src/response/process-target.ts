import type { ProcessEvent, Provider } from '../event/index.ts';
import type { GuardFacts } from './guard/index.ts';
import type { ProcessAct, ProcessTarget } from './process-port.ts';

/**
 * How far a source's creation time may be from the kernel's. ETW hands over the FILETIME itself, of which
 * a number of milliseconds keeps 300 ns, as the native layer allows for; Sysmon writes
 * whole milliseconds; 4688 has only the time at which the event was written.
 */
const toleranceMs: Readonly<Record<Provider, number>> = {
  etw: 0,
  sysmon: 1,
  defend: 1,
  ecs: 1,
  security: 15,
};

export function toleranceOf(provider: Provider): number {
  return toleranceMs[provider];
}

/** The process that an event is about; `undefined` when the event cannot tell it from a later one. */
export function targetOf(event: ProcessEvent): ProcessTarget | undefined {
  const { pid, startMs } = event.process;
  if (pid === undefined) return undefined;
  if (startMs !== undefined) {
    return { pid, createdMs: startMs, toleranceMs: toleranceOf(event.provider) };
  }
  if (event.timestamp === undefined) return undefined;
  return { pid, createdMs: event.timeMs, toleranceMs: toleranceMs.security };
}

const ticksPerMs = 10_000;
/** 1601 to 1970 in ticks of 100 ns. */
const epochTicks = 116_444_736_000_000_000n;

/** The very process that was looked at, by its own creation time: what is acted on after its facts were read. */
export function exactTarget(pid: number, created: bigint): ProcessTarget {
  return { pid, createdMs: Number(created - epochTicks) / ticksPerMs, toleranceMs: 0 };
}

/** What the event says of the process, besides when it was created. */
export interface Description {
  readonly target?: ProcessTarget | undefined;
  readonly name: string | undefined;
  readonly parentPid: number | undefined;
}

/** Codes that say that the process is no longer there. */
export const goneCodes: ReadonlySet<string> = new Set(['PC_E_IDENTITY', 'PC_E_NOT_FOUND', 'PC_E_EXITED']);

/** Codes with which a query has found the process all the same. */
const foundCodes: ReadonlySet<string> = new Set([
  'PC_OK',
  'PC_E_CRITICAL',
  'PC_E_PROTECTED',
  'PC_E_SELF',
  'PC_E_EXITED',
]);

/**
 * Whether what was found under the pid is the process meant: created when it should have been, of the same parent
 * and, where the source rounds the time, of the same name, as far as these are known. By an exact time it can be no
 * other. A name counts as it was at the start: whoever runs a program can rename its file.
 */
export function identify({ code, facts }: ProcessAct, meant: Description): GuardFacts['identity'] {
  if (code === 'PC_E_IDENTITY' || code === 'PC_E_NOT_FOUND') return 'mismatch';
  if (!foundCodes.has(code) || facts.created === 0n) return undefined;
  const { parentPid } = facts;
  const name = meant.target?.toleranceMs === 0 ? undefined : nameOf(facts);
  if (meant.name !== undefined && name !== undefined && name.toLowerCase() !== meant.name.toLowerCase()) {
    return 'mismatch';
  }
  if (meant.parentPid !== undefined && parentPid !== undefined && meant.parentPid !== parentPid) {
    return 'mismatch';
  }
  return 'match';
}

function nameOf({ startName, imagePath }: ProcessAct['facts']): string | undefined {
  return startName ?? imagePath?.slice(imagePath.lastIndexOf('\\') + 1);
}

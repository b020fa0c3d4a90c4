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

/** The process that an event is about; `undefined` when the event cannot tell it from a later one. */
export function targetOf(event: ProcessEvent): ProcessTarget | undefined {
  const { pid, startMs } = event.process;
  if (pid === undefined) return undefined;
  if (startMs !== undefined) {
    return { pid, createdMs: startMs, toleranceMs: toleranceMs[event.provider] };
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

/** What the event says of the process besides its identity. */
export interface Description {
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
 * Whether what was found under the pid is the process meant: created when it should have been and, because a
 * source may round that, of the same name and parent where both are known.
 */
export function identify({ code, facts }: ProcessAct, meant: Description): GuardFacts['identity'] {
  if (code === 'PC_E_IDENTITY' || code === 'PC_E_NOT_FOUND') return 'mismatch';
  if (!foundCodes.has(code) || facts.created === 0n) return undefined;
  const { imagePath, parentPid } = facts;
  if (meant.name !== undefined && imagePath !== undefined) {
    const name = imagePath.slice(imagePath.lastIndexOf('\\') + 1);
    if (name.toLowerCase() !== meant.name.toLowerCase()) return 'mismatch';
  }
  if (meant.parentPid !== undefined && parentPid !== undefined && meant.parentPid !== parentPid) {
    return 'mismatch';
  }
  return 'match';
}

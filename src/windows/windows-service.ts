import { setTimeout } from 'node:timers/promises';
import { code, structBytes } from './abi.ts';
import { newCause, newStruct, toWide } from './call-buffers.ts';
import { fileTimeOf } from './filetime.ts';
import type { NativeLibrary } from './native-library.ts';

/** SERVICE_STATUS states. */
const states = { stopped: 1, starting: 2, stopping: 3, running: 4 } as const;
export type ServiceState = keyof typeof states;

/** SERVICE_CONTROL_ codes that the library passes on. */
const controls = {
  1: 'stop',
  5: 'shutdown',
  13: 'power',
  14: 'session',
  15: 'preshutdown',
} as const satisfies Record<number, string>;

export interface ServiceControl {
  readonly control: (typeof controls)[keyof typeof controls] | 'other';
  /** PBT_ of a power event, WTS_ of a session event. */
  readonly eventType: number;
  readonly sessionId: number;
  readonly timestamp: string | undefined;
  /** Controls that came faster than they were read, so far. */
  readonly missed: number;
}

export interface StateReport {
  /** How long a pending state may take before the service controller gives up. */
  readonly waitHintMs?: number;
  /** With `stopped`: 0, or the agent's own error number. */
  readonly failure?: number;
}

/** Controls are rare; a person who stops a service does not notice a fifth of a second. */
const pollMs = 200;
/** ERROR_SERVICE_SPECIFIC_ERROR */
const serviceSpecificError = 1066;

/** This process as a Windows service. */
export class WindowsService {
  readonly #library: NativeLibrary;

  private constructor(library: NativeLibrary) {
    this.#library = library;
  }

  /** The service, or `undefined` when the process was not started by the service controller. */
  static start(library: NativeLibrary, name: string): WindowsService | undefined {
    const wide = toWide(name);
    const cause = newCause();
    const result = library.call.pc_service_start(wide.bytes, wide.units, cause);
    if (result === code.E_NOT_A_SERVICE) return undefined;
    library.check(result, cause, `the service ${name} did not start`);
    return new WindowsService(library);
  }

  report(state: ServiceState, report: StateReport = {}): void {
    const failure = report.failure ?? 0;
    const cause = newCause();
    const result = this.#library.call.pc_service_report(
      states[state],
      report.waitHintMs ?? 0,
      failure === 0 ? 0 : serviceSpecificError,
      failure,
      cause,
    );
    this.#library.check(result, cause, `the service state ${state} could not be reported`);
  }

  /** What the service controller asks for, until `signal` aborts or the service has stopped. */
  async *controls(signal: AbortSignal): AsyncGenerator<ServiceControl, void, void> {
    const event = newStruct(structBytes.serviceEvent);
    const cause = newCause();
    while (!signal.aborted) {
      const result = this.#library.call.pc_service_read(0, event, cause);
      if (result === code.ENDED) return;
      if (result === code.TIMEOUT) {
        await setTimeout(pollMs, undefined, { signal }).catch(() => undefined);
        continue;
      }
      this.#library.check(result, cause, 'service controls could not be read');
      yield readControl(event);
    }
  }
}

function readControl(event: Buffer): ServiceControl {
  const control = event.readUInt32LE(4);
  return {
    control: controls[control as keyof typeof controls] ?? 'other',
    eventType: event.readUInt32LE(8),
    sessionId: event.readUInt32LE(12),
    timestamp: fileTimeOf(event.readUInt32LE(16), event.readUInt32LE(20))?.text,
    missed: Number(event.readBigUInt64LE(24)),
  };
}

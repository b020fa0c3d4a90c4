import type { Config } from '../config/index.ts';
import type { DestinationSurroundings, EventLogWriter, OutboxKind, SecretSources } from '../forward/index.ts';
import {
  EventLog,
  type LogEvent,
  type NativeLibrary,
  openForMachine,
  sealForMachine,
} from '../windows/index.ts';
import { type OpenLibrary, openLibrary } from './live-input.ts';

interface ForwardingPorts {
  readonly unprotect?: SecretSources['unprotect'];
  readonly openEventLog?: DestinationSurroundings['openEventLog'];
}

const logEvents: Readonly<Record<OutboxKind, LogEvent>> = {
  alert: 'ALERT',
  incident: 'INCIDENT',
  action: 'ACTION',
  health: 'HEALTH',
};
const logLevels = { error: 'ERROR', warning: 'WARNING', information: 'INFORMATION' } as const;

/**
 * What destinations need of Windows: DPAPI and the event log. Nothing elsewhere, and nothing where no destination asks
 * for it, so that the native library is loaded only where it is needed.
 *
 * @throws AgentError PC_NATIVE_…
 */
export async function openForwardingPorts(
  config: Config,
  open: OpenLibrary = openLibrary,
): Promise<ForwardingPorts> {
  const { destinations } = config.forward;
  const isWanted =
    hasSealedSecret(destinations) || Object.values(destinations).some(({ type }) => type === 'eventlog');
  return isWanted && process.platform === 'win32' ? createForwardingPorts(await open(config)) : {};
}

/** Both ports over an open library. */
export function createForwardingPorts(library: NativeLibrary): Required<ForwardingPorts> {
  return {
    unprotect: (base64) => openForMachine(library, base64),
    openEventLog(source): EventLogWriter {
      const log = EventLog.open(library, source);
      return {
        write: (level, kind, text) => log.write(logLevels[level], logEvents[kind], text),
        close: () => log.close(),
      };
    },
  };
}

/** Seals a secret for this machine, as `{dpapi: …}` takes it. @throws AgentError PC_NATIVE_… */
export async function sealSecret(config: Config, secret: string): Promise<string> {
  return sealForMachine(await openLibrary(config), secret);
}

function hasSealedSecret(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, 'dpapi') || Object.values(value).some(hasSealedSecret);
}

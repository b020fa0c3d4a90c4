import type { Config, LoadedConfig } from '../../config/index.ts';
import type { Clock } from '../../event/index.ts';
import { defaultFfi, NativeLibrary, openSystemFacts, type SystemFacts } from '../../windows/index.ts';
import { serviceName } from '../service-name.ts';

/** What checks look at. */
export interface DoctorContext {
  /** As loaded; nothing when it was refused, and then why. */
  readonly loaded: LoadedConfig | undefined;
  readonly refusal: unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Whether to send test alerts to the destinations. */
  readonly probe: boolean;
  readonly windows: WindowsDesk | undefined;
}

/** What is asked of Windows; absent elsewhere. */
export interface WindowsDesk {
  /** Through Windows' own libraries alone, or why they cannot be called. */
  readonly system: SystemFacts | Error;
  /** The agent's native library, or why it cannot be used. */
  readonly library: NativeLibrary | Error;
}

/** The configuration, for checks that need one. */
export function configOf({ loaded }: DoctorContext): Config {
  if (loaded === undefined) throw new TypeError('a check that needs the configuration ran without one');
  return loaded.config;
}

/** The state file, for checks that need one. */
export function stateFileOf(context: DoctorContext): string {
  const { file } = configOf(context).state;
  if (file === null) throw new TypeError('a check that needs a state file ran without one');
  return file;
}

export function systemOf({ windows }: DoctorContext): SystemFacts {
  if (windows === undefined || windows.system instanceof Error) {
    throw new TypeError('a check that needs Windows ran without it');
  }
  return windows.system;
}

/** Whether the agent is a service here: then it is SYSTEM that has to trust a path, and whoever asks is a stranger. */
export function isInstalled(system: SystemFacts): boolean {
  return system.serviceState(serviceName) !== undefined;
}

export function libraryOf({ windows }: DoctorContext): NativeLibrary {
  if (windows === undefined || windows.library instanceof Error) {
    throw new TypeError('a check that needs the native library ran without it');
  }
  return windows.library;
}

/** What there is to ask, and why the rest is not. */
export async function openWindowsDesk(ffi: Config['native']['ffi']): Promise<WindowsDesk> {
  const name = ffi === 'auto' ? defaultFfi() : ffi;
  const keepError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
  return {
    system: await openSystemFacts(name).catch(keepError),
    library: await NativeLibrary.open({ ffi: name }).catch(keepError),
  };
}

import type { LoadedConfig } from '../../config/index.ts';
import type { Clock } from '../../event/index.ts';
import { openWindowsDesk } from './doctor-context.ts';
import { type DoctorReport, runDoctor } from './run-doctor.ts';

export interface DoctorOptions {
  /** Loads the configuration; what it throws is what the first check tells of. */
  readonly load: () => Promise<LoadedConfig>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Whether to send a test alert to each destination. */
  readonly probe: boolean;
}

/** Looks at everything that the agent rests on, changing nothing. */
export async function examine({ load, env, clock, probe }: DoctorOptions): Promise<DoctorReport> {
  let loaded: LoadedConfig | undefined;
  let refusal: unknown;
  try {
    loaded = await load();
  } catch (error) {
    refusal = error;
  }
  const ffi = loaded?.config.native.ffi ?? 'auto';
  const windows = process.platform === 'win32' ? await openWindowsDesk(ffi) : undefined;
  return runDoctor({ loaded, refusal, env, clock, probe, windows });
}

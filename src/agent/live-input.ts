import { hostname } from 'node:os';
import type { Config } from '../config/index.ts';
import type { Clock } from '../event/index.ts';
import type { Log } from '../log/index.ts';
import {
  type EventSource,
  followNdjson,
  isLiveSourceKind,
  isTargetThere,
  type LiveNotice,
  type LiveStats,
  openFileSource,
  openLiveSource,
} from '../source/index.ts';
import { defaultFfi, NativeLibrary } from '../windows/index.ts';

export interface LiveInputOptions {
  readonly config: Config;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onNotice: (notice: LiveNotice) => void;
  readonly openLibrary?: OpenLibrary | undefined;
}

/** Tests put another build of the library in the place of {@link openLibrary}. */
export type OpenLibrary = (config: Config) => Promise<NativeLibrary>;

export interface LiveInput {
  readonly source: EventSource;
  /** What captures the events, and could act on their processes; nothing for a file or standard input. */
  readonly library: NativeLibrary | undefined;
  /** Event time is the time of day: buckets may be closed by the clock when nothing happens. */
  readonly isOfNow: boolean;
  /** Whether a later run goes on at its bookmark; a pipe never holds again what came through it. */
  readonly isResumable: boolean;
  /** Where the native library's records went; nothing for a file or standard input. */
  stats(): LiveStats | undefined;
}

/** What `run` reads, as `source.input` says. @throws AgentError PC_NATIVE_… or PC_SOURCE_FOLDER */
export async function openLiveInput(options: LiveInputOptions): Promise<LiveInput> {
  const { config, stdin, clock, log, onNotice } = options;
  const { input, format, maxLineBytes } = config.source;
  if (isLiveSourceKind(input)) {
    const library = await (options.openLibrary ?? openLibrary)(config);
    const host = { id: undefined, name: hostname() };
    const source = openLiveSource(input, { library, host, onNotice, clock });
    return { source, library, isOfNow: true, isResumable: true, stats: () => source.stats() };
  }
  if (input !== '-' && !(await isTargetThere(input)))
    log.warn('The file to follow is not there; it is waited for', { source: input });
  const source =
    input === '-'
      ? openFileSource(['-'], { format, maxLineBytes, stdin })
      : followNdjson(input, { format: format === 'evtx' ? 'auto' : format, maxLineBytes });
  return { source, library: undefined, isOfNow: false, isResumable: input !== '-', stats: () => undefined };
}

/** Records that were captured and not handed over yet; 0 where the source cannot tell. */
export function countWaiting(input: LiveInput): number {
  const captures = Object.values(input.stats()?.captures ?? {});
  return captures.reduce((sum, { queued }) => sum + queued, 0);
}

/** The native library in this process. @throws AgentError PC_NATIVE_… */
export function openLibrary(config: Config): Promise<NativeLibrary> {
  const { ffi } = config.native;
  return NativeLibrary.open({ ffi: ffi === 'auto' ? defaultFfi() : ffi });
}

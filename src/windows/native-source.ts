import { code, eventLogOldest, structBytes } from './abi.ts';
import { newCause, newStruct, toWide } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';
import { readCounters, type SourceCounters } from './source-counters.ts';

/** Members of pc_etw_options; what is left out takes the library's default. */
export interface EtwOptions {
  readonly flags?: number;
  readonly ringKb?: number;
  readonly bufferKb?: number;
  readonly buffersMin?: number;
  readonly buffersMax?: number;
  readonly flushMs?: number;
}

export interface EventLogOptions {
  readonly channel: string;
  /** XML that the source gave earlier; it resumes strictly after it. */
  readonly bookmark?: string | undefined;
  /** Without a bookmark: begin at the oldest record instead of only with new ones. */
  readonly fromOldest?: boolean;
  readonly ringKb?: number;
  /** Records between two bookmarks, at most. */
  readonly batch?: number;
}

export interface ChannelFacts {
  readonly enabled: boolean;
  readonly recordCount: number;
  readonly fileBytes: number;
}

/** An open capture of the library. Reading it is the reader thread's work: see RecordStream. */
export class NativeSource {
  readonly library: NativeLibrary;
  readonly handle: bigint;
  readonly name: string;
  #last: SourceCounters | undefined;

  private constructor(library: NativeLibrary, handle: bigint, name: string) {
    this.library = library;
    this.handle = handle;
    this.name = name;
  }

  /** Starts the tracing sessions. @throws AgentError PC_NATIVE_ACCESS without administrator rights */
  static openEtw(library: NativeLibrary, options: EtwOptions = {}): NativeSource {
    const struct = newStruct(structBytes.etwOptions);
    struct.writeUInt32LE(options.flags ?? 0, 4);
    struct.writeUInt32LE(options.ringKb ?? 0, 8);
    struct.writeUInt32LE(options.bufferKb ?? 0, 12);
    struct.writeUInt32LE(options.buffersMin ?? 0, 16);
    struct.writeUInt32LE(options.buffersMax ?? 0, 20);
    struct.writeUInt32LE(options.flushMs ?? 0, 24);
    const handle = Buffer.alloc(8);
    const cause = newCause();
    library.check(library.call.pc_etw_open(struct, handle, cause), cause, 'event tracing did not start');
    return new NativeSource(library, handle.readBigUInt64LE(), 'etw');
  }

  /** Subscribes to a channel. @throws AgentError PC_NATIVE_NOT_FOUND, PC_NATIVE_ACCESS */
  static openEventLog(library: NativeLibrary, options: EventLogOptions): NativeSource {
    const struct = newStruct(structBytes.eventLogOptions);
    struct.writeUInt32LE(options.fromOldest === true ? eventLogOldest : 0, 4);
    struct.writeUInt32LE(options.ringKb ?? 0, 8);
    struct.writeUInt32LE(options.batch ?? 0, 12);
    const channel = toWide(options.channel);
    const bookmark = options.bookmark === undefined ? undefined : toWide(options.bookmark);
    const handle = Buffer.alloc(8);
    const cause = newCause();
    const result = library.call.pc_eventlog_open(
      channel.bytes,
      channel.units,
      bookmark?.bytes ?? null,
      bookmark?.units ?? 0,
      struct,
      handle,
      cause,
    );
    library.check(result, cause, `the channel ${options.channel} could not be opened`);
    return new NativeSource(library, handle.readBigUInt64LE(), options.channel);
  }

  counters(): SourceCounters {
    if (this.#last !== undefined) return this.#last;
    const struct = newStruct(structBytes.counters);
    const cause = newCause();
    this.library.check(this.library.call.pc_counters(this.handle, struct), cause, 'counters');
    return readCounters(struct);
  }

  /** Ends capturing; what was captured can still be read. */
  stop(): void {
    if (this.#last !== undefined) return;
    const cause = newCause();
    this.library.check(this.library.call.pc_stop(this.handle, cause), cause, 'stopping the source');
  }

  /** Frees the source; its last counters stay readable. */
  close(): void {
    if (this.#last !== undefined) return;
    this.#last = this.counters();
    this.library.call.pc_close(this.handle);
  }
}

/** What is known of a channel, or `undefined` where there is none of that name. */
export function queryChannel(library: NativeLibrary, channel: string): ChannelFacts | undefined {
  const name = toWide(channel);
  const facts = newStruct(structBytes.channelFacts);
  const cause = newCause();
  const result = library.call.pc_eventlog_channel(name.bytes, name.units, facts, cause);
  if (result === code.E_NOT_FOUND) return undefined;
  library.check(result, cause, `the channel ${channel} could not be looked at`);
  return {
    enabled: facts.readUInt32LE(4) !== 0,
    recordCount: Number(facts.readBigUInt64LE(16)),
    fileBytes: Number(facts.readBigUInt64LE(24)),
  };
}

import type { HostEvent, ProcessEnd, ProcessEvent } from '../../../src/event/index.ts';
import { decodeEtwRecord, type EtwProcessRecord } from '../../../src/event/index.ts';
import type { ReadOptions, SourceBatch } from '../../../src/source/index.ts';
import type { LiveSource, LiveStats } from '../../../src/source/live-source.ts';
import { structBytes } from '../../../src/windows/abi.ts';
import { readCounters, type SourceCounters } from '../../../src/windows/source-counters.ts';

const epochMs = Date.UTC(2024, 4, 2);

/** A start as the kernel reports it, `atMs` after a fixed moment. */
export function kernelStart(
  pid: number,
  atMs: number,
  changes: Partial<EtwProcessRecord> = {},
): ProcessEvent {
  const timeMs = epochMs + atMs;
  const record: EtwProcessRecord = {
    kind: 'start',
    timeMs,
    timestamp: new Date(timeMs).toISOString(),
    position: { source: 'etw', record: pid, offset: 0 },
    isManifestOnly: false,
    pid,
    parentPid: 4,
    createdMs: timeMs,
    imagePath: `C:\\p${pid}.exe`,
    imageNtPath: undefined,
    imageName: undefined,
    commandLine: undefined,
    userSid: 'S-1-5-18',
    userName: undefined,
    userDomain: undefined,
    groupSids: undefined,
    groupCount: undefined,
    mandatoryLabel: undefined,
    elevated: true,
    elevationType: undefined,
    logonId: undefined,
    sha256: undefined,
    originalFileName: undefined,
    company: undefined,
    description: undefined,
    product: undefined,
    fileVersion: undefined,
    signature: undefined,
    signer: undefined,
    ...changes,
  };
  return decodeEtwRecord(record, { id: undefined, name: 'PC-7' }) as ProcessEvent;
}

/** The same start as Sysmon would report it: no SID, its own id and name of the user. */
export function sysmonStart(pid: number, atMs: number): ProcessEvent {
  const event = kernelStart(pid, Math.floor(atMs));
  return {
    ...event,
    id: `sysmon-${pid}-${atMs}`,
    provider: 'sysmon',
    user: { id: undefined, name: 'SYSTEM', domain: 'NT AUTHORITY', groups: undefined },
    process: {
      ...event.process,
      entityId: `GUID-${pid}-${atMs}`,
      token: { ...event.process.token, elevated: undefined },
    },
  };
}

export function kernelEnd(pid: number, atMs: number): ProcessEnd {
  const { id, timeMs, timestamp, provider, position, host, user } = kernelStart(pid, atMs);
  return {
    kind: 'end',
    id: `end-${id}`,
    timeMs,
    timestamp,
    provider,
    position,
    host,
    user,
    pid,
    entityId: undefined,
    executable: undefined,
  };
}

export function batchOf(events: readonly HostEvent[], bookmark: string): SourceBatch {
  return {
    events,
    recordsRead: events.length,
    filtered: 0,
    rejections: [],
    warnings: [],
    bytesRead: events.length * 100,
    bytesSkipped: 0,
    bookmark,
  };
}

/** Counters of a capture, 0 where nothing is said; of each fact one was captured. */
export function countersOf(counts: Partial<SourceCounters>): SourceCounters {
  const { facts, ...zero } = readCounters(Buffer.alloc(structBytes.counters));
  const one = { captured: 1, absent: 0, missed: 0 };
  const ones = Object.fromEntries(Object.keys(facts).map((name) => [name, one])) as unknown as typeof facts;
  return { ...zero, facts: ones, ...counts };
}

/** A source that gives these batches, then waits for its signal, unless it ends by itself. */
export class ScriptedSource implements LiveSource {
  readonly name: string;
  readonly resumedAt: (string | undefined)[] = [];
  ended = false;
  readonly #batches: readonly SourceBatch[];
  readonly #endsByItself: boolean;
  readonly #captures: LiveStats['captures'];

  constructor(
    name: string,
    batches: readonly SourceBatch[],
    endsByItself = true,
    captures: LiveStats['captures'] = {},
  ) {
    this.name = name;
    this.#endsByItself = endsByItself;
    this.#batches = batches;
    this.#captures = captures;
  }

  stats(): LiveStats {
    return { captures: this.#captures, duplicates: 0 };
  }

  async *batches(options: ReadOptions): AsyncGenerator<SourceBatch, void, void> {
    this.resumedAt.push(options.bookmark);
    try {
      yield* this.#batches;
      if (this.#endsByItself || options.signal === undefined || options.signal.aborted) return;
      await new Promise((done) => options.signal!.addEventListener('abort', done, { once: true }));
    } finally {
      this.ended = true;
    }
  }
}

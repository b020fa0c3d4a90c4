import { structBytes } from './abi.ts';

const state = ['unknown', 'running', 'restarting', 'stopped'] as const;

/** Members of pc_counters_t after `state`, eight bytes each, in its order. */
const members = [
  'received',
  'decoded',
  'filtered',
  'failed',
  'delivered',
  'dropped',
  'queued',
  'filteredKind',
  'filteredMerged',
  'failedVersion',
  'failedMalformed',
  'failedMemory',
  'failedRender',
  'droppedRing',
  'droppedQueue',
  'droppedSize',
  'droppedMemory',
  'joined',
  'aloneWindow',
  'aloneCapacity',
  'etwEventsLost',
  'etwBuffersLost',
  'sessionsStopped',
  'sessionsRestarted',
  'sessionsReclaimed',
  'gaps',
  'gapRecords',
  'controlRecords',
  'ringBytes',
  'ringBytesPeak',
  'linesFromProcess',
  'fileCacheHits',
  'fileCacheMisses',
] as const;

/** Rows of pc_counters_t.field_counts. */
const facts = [
  'commandLine',
  'userSid',
  'userName',
  'integrity',
  'elevation',
  'imagePath',
  'sha256',
  'version',
  'signature',
  'groups',
] as const;

export interface FactCount {
  readonly captured: number;
  readonly absent: number;
  readonly missed: number;
}

/**
 * One consistent reading of a source, in events:
 * received = decoded + filtered + failed; decoded = delivered + dropped + queued.
 */
export type SourceCounters = Readonly<Record<(typeof members)[number], number>> & {
  readonly state: (typeof state)[number];
  /** How often each fact was captured, was not there to capture, or was missed. */
  readonly facts: Readonly<Record<(typeof facts)[number], FactCount>>;
};

const firstMember = 8;
const firstFact = 272;

export function readCounters(struct: Buffer): SourceCounters {
  if (struct.length < structBytes.counters) throw new RangeError('a counters struct is 512 bytes');
  const numbers = Object.fromEntries(
    members.map((name, index) => [name, Number(struct.readBigUInt64LE(firstMember + index * 8))]),
  ) as Record<(typeof members)[number], number>;
  const factCounts = Object.fromEntries(
    facts.map((name, index): [string, FactCount] => {
      const at = firstFact + index * 24;
      return [
        name,
        {
          captured: Number(struct.readBigUInt64LE(at)),
          absent: Number(struct.readBigUInt64LE(at + 8)),
          missed: Number(struct.readBigUInt64LE(at + 16)),
        },
      ];
    }),
  ) as Record<(typeof facts)[number], FactCount>;
  return { state: state[struct.readUInt32LE(4)] ?? 'unknown', ...numbers, facts: factCounts };
}

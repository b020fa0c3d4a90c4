import fc from 'fast-check';
import type { HostEvent, ProcessEvent } from '../../src/event/index.ts';
import type { Bundle, Prediction, Scorer } from '../../src/problemchild/index.ts';
import type { SourceBatch } from '../../src/source/index.ts';
import { makeProcessEvent } from './process-event.ts';

const minuteMs = 60_000;
const mondayMs = Date.UTC(2026, 10, 16, 8);

/** Malicious probability by process name: cheap, and the same for everybody. */
const scores: Readonly<Record<string, number>> = {
  'evil.exe': 0.999,
  'certutil.exe': 0.97,
  'wmic.exe': 0.8,
  'whoami.exe': 0.6,
};

/** A scorer that reads only the name. */
export function createFakeScorer(): Scorer {
  return {
    bundle: {
      highProbabilityThreshold: 0.98,
      featureSet: { name: 'agent-v1', version: 1 },
      weights: { sha256: '00' },
      training: {},
    } as unknown as Bundle,
    readsLineage: true,
    score: (events) => Promise.resolve(events.map(predict)),
    close: () => Promise.resolve(),
  };
}

function predict({ process }: ProcessEvent): Prediction {
  const maliciousProbability = scores[process.name ?? ''] ?? 0.01;
  const prediction = maliciousProbability >= 0.5 ? 1 : 0;
  return {
    prediction,
    predictionProbability: prediction === 1 ? maliciousProbability : 1 - maliciousProbability,
    maliciousProbability,
    blocklistLabel: undefined,
  };
}

const hosts = ['WS-1', 'WS-2'];
const users = ['anna', 'ben'];
const names = [
  'evil.exe',
  'certutil.exe',
  'wmic.exe',
  'whoami.exe',
  'winword.exe',
  'setup.exe',
  'cmd.exe',
  'explorer.exe',
];
/** The first two say the same, as far as suppression goes. */
const lines = ['-x 12345', '-x 777', 'https://example.test/x'];

/** Recordings of two hosts: mostly forward by minutes, now and then late, a silent day, or a clock set back. */
export const recordings: fc.Arbitrary<HostEvent[]> = fc
  .array(
    fc.record({
      stepMs: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 0, max: 6 * minuteMs }) },
        { weight: 2, arbitrary: fc.integer({ min: -10 * minuteMs, max: 0 }) },
        { weight: 1, arbitrary: fc.constantFrom(5, 30, -40).map((hours) => hours * 60 * minuteMs) },
      ),
      kind: fc.oneof(
        { weight: 10, arbitrary: fc.constant('start' as const) },
        { weight: 1, arbitrary: fc.constant('end' as const) },
        { weight: 2, arbitrary: fc.constantFrom('network' as const, 'dns' as const) },
      ),
      host: fc.constantFrom(...hosts),
      user: fc.constantFrom(...users),
      name: fc.oneof(
        { weight: 1, arbitrary: fc.constant('evil.exe') },
        { weight: 2, arbitrary: fc.constantFrom(...names) },
      ),
      line: fc.constantFrom(...lines),
      pid: fc.integer({ min: 100, max: 112 }),
      parentPid: fc.integer({ min: 100, max: 112 }),
      dated: fc.oneof(
        { weight: 30, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
    }),
    { minLength: 1, maxLength: 120, size: 'max' },
  )
  .map((steps) => {
    let atMs = mondayMs;
    return steps.map((step, index) => {
      atMs += step.stepMs;
      return makeEvent(step, atMs, index);
    });
  });

interface Step {
  readonly kind: 'start' | 'end' | 'network' | 'dns';
  readonly host: string;
  readonly user: string;
  readonly name: string;
  readonly line: string;
  readonly pid: number;
  readonly parentPid: number;
  readonly dated: boolean;
}

function makeEvent(step: Step, atMs: number, index: number): HostEvent {
  const start = makeProcessEvent({
    id: `event-${index}`,
    timeMs: step.dated ? atMs : 0,
    ...(step.dated ? { timestamp: new Date(atMs).toISOString() } : {}),
    position: { source: 'recording', record: index + 1, offset: 0 },
    host: { name: step.host },
    user: { name: step.user },
    process: {
      pid: step.pid,
      name: step.name,
      executable: `C:\\Windows\\${step.name}`,
      commandLine: `${step.name} ${step.line}`,
      startMs: step.dated ? atMs : undefined,
      parent: { pid: step.parentPid, name: 'cmd.exe' },
    },
  });
  const dated = step.dated ? start : { ...start, timestamp: undefined };
  if (step.kind === 'start') return dated;
  const { id, timeMs, timestamp, provider, position, host, user } = dated;
  const reference = {
    id,
    timeMs,
    timestamp,
    provider,
    position,
    host,
    user,
    pid: step.pid,
    entityId: undefined,
    executable: undefined,
  };
  if (step.kind === 'end') return { kind: 'end', ...reference };
  if (step.kind === 'dns')
    return { kind: 'dns', ...reference, question: 'c2.example.test', answers: ['203.0.113.9'] };
  return {
    kind: 'network',
    ...reference,
    transport: 'tcp',
    sourceIp: '10.0.0.1',
    sourcePort: 50_000,
    destinationIp: '203.0.113.9',
    destinationPort: 443,
    destinationDomain: undefined,
  };
}

/** A batch of a source that read nothing else. */
export function makeBatch(events: readonly HostEvent[], bookmark: string): SourceBatch {
  return {
    events,
    recordsRead: events.length,
    filtered: 0,
    rejections: [],
    warnings: [],
    bytesRead: 0,
    bytesSkipped: 0,
    bookmark,
  };
}

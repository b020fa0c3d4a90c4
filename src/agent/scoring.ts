import type { ScoredStart } from '../anomaly/index.ts';
import { AgentError, messageOf } from '../errors/index.ts';
import type { DnsEvent, HostEvent, NetworkEvent, ProcessEvent } from '../event/index.ts';
import type { ProcessTable, TracedEvent } from '../lineage/index.ts';
import type { Log } from '../log/index.ts';
import type { Prediction, Scorer } from '../problemchild/index.ts';
import type { Rejection, SourceBatch } from '../source/index.ts';
import { createKnownStart } from './doctor/known-start.ts';

/** What happened, in the order of the batch: a start with its score, or what a process did on the network. */
export type Occurrence =
  | { readonly kind: 'start'; readonly start: ScoredStart }
  | {
      readonly kind: 'activity';
      readonly event: NetworkEvent | DnsEvent;
      /** Entity id of the process; `undefined` when the table does not know it. */
      readonly processId: string | undefined;
    };

/** What is read of a batch here. */
type UnscoredBatch = Pick<SourceBatch, 'events' | 'rejections'>;

/** A batch whose starts are scored. */
export interface ScoredBatch<Batch extends UnscoredBatch> {
  readonly occurrences: readonly Occurrence[];
  /** As it was told, with the starts that could not be scored among its rejections instead of its events. */
  readonly batch: Batch;
}

/**
 * Resolves who started each process of a batch, then scores the starts. All else keeps its place among them. Whoever
 * starts processes writes what is read here: a start that the model fails on is rejected, and costs no other.
 * @throws what the model throws where no single start is at fault
 */
export async function scoreBatch<Batch extends UnscoredBatch>(
  batch: Batch,
  table: ProcessTable,
  scorer: Scorer,
): Promise<ScoredBatch<Batch>> {
  const traced: { readonly told: HostEvent; readonly found: TracedEvent }[] = [];
  // A place for each start is held free until its score is known.
  const places: (Occurrence | undefined)[] = [];
  for (const event of batch.events) {
    const found = table.observe(event);
    if (found !== undefined) {
      traced.push({ told: event, found });
      places.push(undefined);
    } else if (event.kind === 'network' || event.kind === 'dns') {
      places.push({ kind: 'activity', event, processId: table.identify(event) ?? event.entityId });
    }
  }
  const predictions = await predict(
    traced.map(({ found }) => (scorer.readsLineage ? found.event : found.untraced)),
    scorer,
  );
  const unscored = new Map<HostEvent, unknown>();
  let next = 0;
  const occurrences = places.flatMap((place): Occurrence[] => {
    if (place !== undefined) return [place];
    const { told, found } = traced[next]!;
    const prediction = predictions[next++];
    if (prediction === undefined) throw new AgentError('PC_INTERNAL', `no prediction for event ${told.id}`);
    if ('failure' in prediction) {
      unscored.set(told, prediction.failure);
      return [];
    }
    return [{ kind: 'start', start: { event: found.event, ancestors: found.ancestors, prediction } }];
  });
  return { occurrences, batch: unscored.size === 0 ? batch : withoutEvents(batch, unscored) };
}

interface Unscored {
  readonly failure: unknown;
}

/** In the order of the starts. Scoring remembers nothing of them, so that what failed together is tried one by one. */
async function predict(
  starts: readonly ProcessEvent[],
  scorer: Scorer,
): Promise<readonly (Prediction | Unscored)[]> {
  try {
    return await scorer.score(starts);
  } catch {
    // Where the model fails on this one too, it is not the starts.
    await scorer.score([makeProbe()]);
    const predictions: (Prediction | Unscored)[] = [];
    for (const start of starts) {
      const alone = await scorer.score([start]).catch((failure: unknown): Unscored[] => [{ failure }]);
      predictions.push(...alone);
    }
    return predictions;
  }
}

let probes = 0;

/** An ordinary start that was never scored before: no answer to it can be remembered. Numbers would read alike, so it has letters. */
function makeProbe(): ProcessEvent {
  const known = createKnownStart('ordinary');
  const word = [...String(++probes)].map((digit) => 'abcdefghij'.charAt(Number(digit))).join(' ');
  return { ...known, process: { ...known.process, commandLine: `${known.process.commandLine} ${word}` } };
}

/** The same records, of which these events are rejected for what the pipeline failed with. */
export function withoutEvents<Batch extends UnscoredBatch>(
  batch: Batch,
  failures: ReadonlyMap<HostEvent, unknown>,
): Batch {
  const rejections = [...failures].map(
    ([{ position }, failure]): Rejection => ({
      code: 'PC_EVENT_UNPROCESSED',
      position,
      message: messageOf(failure),
    }),
  );
  return {
    ...batch,
    events: batch.events.filter((event) => !failures.has(event)),
    rejections: [...batch.rejections, ...rejections],
  };
}

/** Tells of the records of a batch that were rejected on the way from `told` to `judged`. */
export function logUnprocessed(log: Log, told: UnscoredBatch, judged: UnscoredBatch): void {
  for (const { code, position, message } of judged.rejections.slice(told.rejections.length)) {
    log.error('Event passed over', { code, source: position.source, record: position.record, why: message });
  }
}

/** Of what a batch tells, the starts with their scores, in order. */
export function startsOf(occurrences: readonly Occurrence[]): ScoredStart[] {
  return occurrences.flatMap((each) => (each.kind === 'start' ? [each.start] : []));
}

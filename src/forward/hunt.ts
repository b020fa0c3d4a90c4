import { hash } from 'node:crypto';
import { AgentError } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import { backoffMs } from './backoff.ts';
import { DeliveryFailure, type Destination } from './destination.ts';
import type { ElasticApi } from './elastic-api.ts';
import { type HuntCheckpoint, readCheckpointFile, writeCheckpointFile } from './hunt-checkpoint-file.ts';
import { type Hit, IncompleteSearch, searchStarts } from './hunt-search.ts';
import type { QueuedEntry } from './outbox.ts';
import type { Timers } from './timers.ts';

export interface HuntOptions {
  /** Indices or data streams to read; patterns are allowed. */
  readonly index: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Length of the stretch that one worker takes at a time. */
  readonly sliceMs: number;
  /** How long before a slice its starts are read as well, unscored, so that parents are known. */
  readonly warmUpMs: number;
  readonly parallel: number;
  readonly pageSize: number;
  /** Absent: a hunt that cannot be resumed. */
  readonly checkpointFile: string | undefined;
  /** What else makes this hunt itself, such as the model. */
  readonly key: string;
}

export interface HuntParts {
  readonly api: ElasticApi;
  readonly product: 'elasticsearch' | 'opensearch';
  /** Takes the scores. */
  readonly target: Destination;
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Log;
  /** Something that scores one slice in the order of its pages. */
  readonly openScorer: () => HuntScorer;
}

/** A document of a score, and the hit that it is about. */
export interface HuntScore {
  readonly document: string;
  readonly timeMs: number;
}

export interface HuntScorer {
  /** The scores to be written; of a page that only warms up, none. */
  score(hits: readonly Hit[], isWarmUp: boolean): Promise<readonly HuntScore[]>;
}

export interface HuntTally {
  slices: number;
  resumed: number;
  pages: number;
  read: number;
  written: number;
}

const maxTries = 8;

/**
 * Scores process starts that a cluster already holds. Time is cut into slices that workers take side by side; in a
 * slice starts come in order, because a start is read together with those that led to it. Each score has an id of its
 * own making, so that a slice done twice writes nothing twice, and a hunt that was stopped goes on at its checkpoint.
 *
 * @throws AgentError PC_HUNT_SEARCH or PC_HUNT_CHECKPOINT
 */
export async function hunt(options: HuntOptions, parts: HuntParts): Promise<HuntTally> {
  const { index, fromMs, toMs, sliceMs, parallel, checkpointFile } = options;
  const key = hash('sha256', [index, fromMs, toMs, sliceMs, options.key].join('\n'), 'hex');
  const checkpoint: HuntCheckpoint =
    checkpointFile === undefined ? { key, slices: {} } : readCheckpointFile(checkpointFile, key);
  const save = (slice: number, doneMs: number | null): void => {
    checkpoint.slices[slice] = doneMs;
    if (checkpointFile !== undefined) writeCheckpointFile(checkpointFile, checkpoint);
  };
  const count = Math.max(0, Math.ceil((toMs - fromMs) / sliceMs));
  const tally: HuntTally = { slices: count, resumed: 0, pages: 0, read: 0, written: 0 };
  let next = 0;
  let failure: unknown;
  const work = async (): Promise<void> => {
    while (next < count && failure === undefined) {
      const slice = next++;
      const doneMs = checkpoint.slices[slice];
      if (doneMs !== undefined) tally.resumed++;
      if (doneMs === null) continue;
      const startMs = fromMs + slice * sliceMs;
      const bounds = { startMs: doneMs ?? startMs, endMs: Math.min(toMs, startMs + sliceMs) };
      try {
        await withRetries(parts, () => huntSlice(options, parts, bounds, tally, (ms) => save(slice, ms)));
        save(slice, null);
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, work));
  if (failure !== undefined) throw failure;
  return tally;
}

/** One stretch of time; what came before it is read to know the parents. */
async function huntSlice(
  { index, warmUpMs, pageSize }: HuntOptions,
  { api, product, target, timers, random, openScorer }: HuntParts,
  bounds: { startMs: number; readonly endMs: number },
  tally: HuntTally,
  save: (doneMs: number) => void,
): Promise<void> {
  const scorer = openScorer();
  const { startMs, endMs } = bounds;
  for await (const { hits } of searchStarts(api, product, {
    index,
    fromMs: startMs - warmUpMs,
    toMs: startMs,
    pageSize,
  })) {
    await scorer.score(hits, true);
  }
  for await (const page of searchStarts(api, product, { index, fromMs: startMs, toMs: endMs, pageSize })) {
    const scores = await scorer.score(page.hits, false);
    await write(scores, target, timers, random);
    tally.pages++;
    tally.read += page.hits.length;
    tally.written += scores.length;
    // Others of the same millisecond may be on the next page: that millisecond is read again after a stop.
    save(page.lastMs);
    bounds.startMs = page.lastMs;
  }
}

async function write(
  scores: readonly HuntScore[],
  target: Destination,
  timers: Timers,
  random: () => number,
): Promise<void> {
  let open: QueuedEntry[] = scores.map(({ document, timeMs }, seq) => {
    const { event } = JSON.parse(document) as { event: { id: string } };
    return { seq, eventId: event.id, kind: 'alert', severity: 0, timeMs, document };
  });
  for (let tries = 1; open.length > 0; tries++) {
    const { verdicts, failure } = await target.send(open, new AbortController().signal);
    const refused = verdicts.find((verdict) => typeof verdict === 'object');
    if (typeof refused === 'object') {
      throw new AgentError('PC_HUNT_SEARCH', `the cluster refuses a score: ${refused.rejected}`);
    }
    open = open.filter((_, at) => verdicts[at] === 'retry');
    if (open.length === 0) return;
    if (tries >= maxTries)
      throw failure ?? new DeliveryFailure('scores were not taken', { code: 'UNEXPECTED' });
    await timers.wait(backoffMs(tries, { minMs: 500, maxMs: 30_000 }, failure?.retryAfterMs, random), never);
  }
}

const never = new AbortController().signal;

/** A slice that failed is taken up again where it was. */
async function withRetries({ timers, random, log }: HuntParts, run: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await run();
      return;
    } catch (error) {
      const isPassing = isTransient(error);
      if (!isPassing || tries >= maxTries) throw asSearchError(error);
      log.warn('A slice of the hunt failed and is tried again', { tries, error });
      await timers.wait(backoffMs(tries, { minMs: 500, maxMs: 30_000 }, undefined, random), never);
    }
  }
}

function isTransient(error: unknown): boolean {
  if (error instanceof IncompleteSearch) return true;
  const failure = error instanceof AgentError ? error.cause : error;
  if (!(failure instanceof DeliveryFailure)) return false;
  // A point in time is lost when the node that held it restarts; a new one is as good.
  if (failure.message.includes('search_context_missing')) return true;
  return !/^HTTP (?:400|401|403|404|405|407|413)$/.test(failure.code);
}

function asSearchError(error: unknown): unknown {
  if (error instanceof IncompleteSearch || error instanceof DeliveryFailure) {
    return new AgentError('PC_HUNT_SEARCH', error.message, { cause: error });
  }
  return error;
}

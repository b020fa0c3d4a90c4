import type { LoadLevel } from './load-shedding.ts';

/** What one look at a live run finds. Times are `performance.now()`. */
export interface StageFacts {
  /** When the engine began with what it is at; `undefined` when it waits for a batch. */
  readonly workingSinceMs: number | undefined;
  /** When the source last handed over a batch, or was opened. */
  readonly lastBatchMs: number;
  /** Records that were captured and not handed over yet; 0 where the source cannot tell. */
  readonly waitingRecords: number;
  readonly load: LoadLevel;
  /** Destinations that nothing gets to. */
  readonly failingDestinations: readonly string[];
  /** Why the control channel is not open, part by part. */
  readonly channelProblems: readonly string[];
}

export type StageName = 'capture' | 'pipeline' | 'forward' | 'control';

export interface StageState {
  readonly name: StageName;
  readonly state: 'fine' | 'behind' | 'stalled' | 'failing';
  /** What is wrong, in words. */
  readonly reason?: string;
}

/** How each stage is. A stage is stalled when there is work for it and it has not moved for `stalledAfterMs`. */
export function judgeStages(
  facts: StageFacts,
  nowMs: number,
  stalledAfterMs: number,
): readonly [capture: StageState, pipeline: StageState, forward: StageState, control: StageState] {
  const { workingSinceMs, lastBatchMs, waitingRecords, load, failingDestinations, channelProblems } = facts;
  const workedMs = workingSinceMs === undefined ? 0 : nowMs - workingSinceMs;
  const silentMs = nowMs - lastBatchMs;
  return [
    judgeCapture(),
    judgePipeline(),
    judgeByProblems('forward', failingDestinations),
    judgeByProblems('control', channelProblems),
  ];

  function judgeCapture(): StageState {
    // While the engine works nobody asks for the next batch.
    if (workingSinceMs !== undefined || waitingRecords === 0 || silentMs <= stalledAfterMs) {
      return { name: 'capture', state: 'fine' };
    }
    const reason = `${waitingRecords} captured records wait, and none came for ${seconds(silentMs)}`;
    return { name: 'capture', state: 'stalled', reason };
  }

  function judgePipeline(): StageState {
    if (workedMs > stalledAfterMs) {
      return { name: 'pipeline', state: 'stalled', reason: `one batch has taken ${seconds(workedMs)}` };
    }
    if (load === 'full') return { name: 'pipeline', state: 'fine' };
    return {
      name: 'pipeline',
      state: 'behind',
      reason: 'events come faster than they are scored; alerts go unexplained',
    };
  }
}

function judgeByProblems(name: StageName, problems: readonly string[]): StageState {
  if (problems.length === 0) return { name, state: 'fine' };
  return { name, state: 'failing', reason: problems.join('; ') };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

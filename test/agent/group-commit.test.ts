import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BatchRunner, CommitOutcome } from '../../src/agent/batch-runner.ts';
import { GroupCommit } from '../../src/agent/group-commit.ts';
import type { SourceBatch } from '../../src/source/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';
import { makeBatch } from '../support/recordings.ts';

const source = 'test';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Counts what it is given and what it has committed. */
function createRunner() {
  let waiting = 0;
  const commits: number[] = [];
  let failure: Error | undefined;
  const commit = (): Promise<CommitOutcome> => {
    if (failure !== undefined) return Promise.reject(failure);
    commits.push(waiting);
    const recordsRead = waiting;
    waiting = 0;
    return Promise.resolve({ scored: [], alerts: [], incidents: [], recordsRead });
  };
  const runner: Pick<BatchRunner, 'judge' | 'commit' | 'advance' | 'finish'> = {
    judge(_, { recordsRead }) {
      waiting += recordsRead;
      return Promise.resolve();
    },
    commit,
    advance: commit,
    finish: commit,
  };
  return {
    runner,
    commits,
    fail: (error: Error) => {
      failure = error;
    },
  };
}

function batchOf(starts: number): SourceBatch {
  const events = Array.from({ length: starts }, (_, record) =>
    makeProcessEvent({ position: { source, record, offset: 0 } }),
  );
  return makeBatch(events, 'after');
}

it('commits a moment after the first start, with all that came since', async () => {
  const { runner, commits } = createRunner();
  const told: number[] = [];
  const group = new GroupCommit(runner, 512, async ({ recordsRead }) => void told.push(recordsRead));
  await group.take(source, batchOf(1));
  await vi.advanceTimersByTimeAsync(15);
  await group.take(source, batchOf(2));
  expect(commits).toEqual([]);
  await vi.advanceTimersByTimeAsync(10);
  expect(told).toEqual([3]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(commits).toEqual([3]);
  await group.take(source, batchOf(1));
  await vi.advanceTimersByTimeAsync(100);
  expect(told).toEqual([3, 1]);
});

it('does not let more wait than it may', async () => {
  const { runner, commits } = createRunner();
  const group = new GroupCommit(runner, 4, async () => undefined);
  await group.take(source, batchOf(3));
  await group.take(source, batchOf(3));
  expect(commits).toEqual([6]);
  group.stop();
});

it('waits for whoever takes the alerts, and hands over one outcome after the other', async () => {
  const { runner, commits } = createRunner();
  const taken: (() => void)[] = [];
  const group = new GroupCommit(runner, 512, () => new Promise((done) => void taken.push(done)));
  for (let count = 0; count < 5; count++) {
    await group.take(source, batchOf(1));
    await vi.advanceTimersByTimeAsync(200);
  }
  expect([commits, taken.length]).toEqual([[1], 1]);
  taken[0]!();
  await vi.advanceTimersByTimeAsync(100);
  expect([commits, taken.length]).toEqual([[1, 4], 2]);
  const finished = group.finish();
  await vi.advanceTimersByTimeAsync(100);
  expect(commits).toEqual([1, 4]);
  taken[1]!();
  await vi.advanceTimersByTimeAsync(0);
  taken[2]!();
  await finished;
  expect(commits).toEqual([1, 4, 0]);
});

it('tells of a commit that failed while nobody waited', async () => {
  const { runner, fail } = createRunner();
  const group = new GroupCommit(runner, 512, async () => undefined);
  fail(new Error('the disk is gone'));
  await group.take(source, batchOf(1));
  const failed = expect(group.failure).rejects.toThrow('the disk is gone');
  await vi.advanceTimersByTimeAsync(100);
  await failed;
  await expect(group.flush()).rejects.toThrow('the disk is gone');
});

it('commits nothing by itself once it is stopped', async () => {
  const { runner, commits } = createRunner();
  const group = new GroupCommit(runner, 512, async () => undefined);
  await group.take(source, batchOf(1));
  group.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(commits).toEqual([]);
});

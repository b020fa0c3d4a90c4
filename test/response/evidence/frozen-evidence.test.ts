import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EvidenceCollector, EvidenceFiles, ResponseStage } from '../../../src/response/index.ts';
import { FakeProcesses } from '../fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from '../response-world.ts';
import { FakeLook } from './fake-look.ts';

let folder: string;
let processes: FakeProcesses;
let world: ResponseWorld;
let look: FakeLook;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-frozen-'));
  processes = new FakeProcesses();
  processes.start({ pid: 4240, createdMs: noonMs });
  world = new ResponseWorld(processes, { mode: 'terminate' }, join(folder, 'journal.db'));
  look = new FakeLook();
});

afterEach(() => {
  world.journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function openStage(waitMs = 60_000): ResponseStage {
  const limits = {
    waitMs,
    timeoutMs: 120_000,
    maxFileBytes: 1_000_000,
    maxTotalBytes: 10_000_000,
    secretNames: [],
  };
  const collector = new EvidenceCollector(new EvidenceFiles(join(folder, 'bundles')), limits, look);
  return new ResponseStage({ ...world.parts, evidence: () => collector });
}

async function take(stage: ResponseStage): Promise<void> {
  stage.take(...flagged());
  await stage.settle();
}

describe('a process whose evidence is kept', () => {
  it('stands still, written down, from before the first look until it is ended', async () => {
    const seen: unknown[] = [];
    look.environmentOf = async () => {
      world.nowMs += 7;
      seen.push([processes.frozen.length, world.journal.holds().map(({ kind }) => kind)]);
      return { code: 'PC_OK', cause: '', entries: [], isCut: false };
    };
    processes.between = () => {
      world.nowMs += 2;
    };
    await take(openStage());
    expect(processes.calls).toEqual(['look 4240', 'freeze 4240', 'terminate 4240']);
    expect(seen).toEqual([[1, ['member']]]);
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
    // Decided before the query: 2 ms for each call, 7 for the look.
    expect(world.told[0]?.end).toMatchObject({ stoppedMs: 4, latencyMs: 13 });
    expect(world.journal.holds()).toEqual([]);
  });

  it('goes on when it cannot be ended', async () => {
    processes.failures.set('terminate', 'PC_E_ACCESS');
    await take(openStage());
    expect(processes.calls.at(-1)).toBe('resume 4240');
    expect(world.told[0]?.end).toMatchObject({ outcome: 'failure', code: 'PC_E_ACCESS' });
    expect(processes.frozen).toEqual([]);
    expect(world.journal.holds()).toEqual([]);
  });

  it('is looked after until it goes on when that fails as well', async () => {
    processes.failures.set('terminate', 'PC_E_ACCESS').set('resume', 'PC_E_ACCESS');
    const stage = openStage();
    await take(stage);
    expect(processes.frozen).toHaveLength(1);
    processes.failures.clear();
    world.nowMs += 40_000;
    stage.tick();
    await stage.settle();
    expect(processes.frozen).toEqual([]);
    expect(world.journal.holds()).toEqual([]);
  });

  it('is ended all the same when it cannot be made to stand still', async () => {
    processes.failures.set('freeze', 'PC_E_ACCESS');
    await take(openStage());
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
    expect(world.told[0]?.end).not.toHaveProperty('stoppedMs');
    expect(world.journal.holds()).toEqual([]);
  });

  it('keeps the suspension of somebody else when it cannot be ended', async () => {
    processes.running.get(4240)!.suspendCount = 1;
    processes.failures.set('terminate', 'PC_E_ACCESS');
    await take(openStage());
    expect(processes.running.get(4240)?.suspendCount).toBe(1);
  });

  it('is ended on time when the look takes too long', async () => {
    const looked = Promise.withResolvers<Awaited<ReturnType<FakeLook['modulesOf']>>>();
    look.modulesOf = () => looked.promise;
    const stage = openStage(5);
    stage.take(...flagged());
    // A batch would wait for it a short time only; the look never comes to an end.
    await vi.waitFor(() => expect(world.outcomes).toEqual(['terminate 4240: terminated']), 60_000);
    // The bundle is written all the same, into a folder that is still there.
    looked.reject(new Error('too late'));
    await stage.settle();
  });
});

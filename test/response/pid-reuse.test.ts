import { expect, it } from 'vitest';
import { ResponseStage } from '../../src/response/index.ts';
import { type FakeProcess, FakeProcesses } from './fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from './response-world.ts';

/** A hundred thousand with PC_FUZZ_RUNS=100000. */
const races = Number(process.env['PC_FUZZ_RUNS'] ?? 20_000);
const racesPerJournal = 5_000;

/** Mulberry32: the same races on every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is left of trees that could not be ended is looked at once more when it is due; then nothing is open. */
async function expectSettled(world: ResponseWorld, stage: ResponseStage): Promise<void> {
  const { failed, journal } = world;
  world.nowMs += 60_000;
  stage.tick();
  await stage.settle();
  expect([failed, journal.holds(), journal.unfinished()]).toEqual([[], [], []]);
  journal.close();
}

/**
 * An event, the exit of its process, another process under the same pid, and the agent's calls, in every order.
 * The newcomer is often a twin: of the same name, parent and user, created within the same millisecond.
 */
it(`${races} races of exit and reuse against the agent: nobody else is touched`, async () => {
  const random = createRandom(20261118);
  const pick = (most: number) => Math.floor(random() * most);
  const processes = new FakeProcesses();
  const budget = { perMinute: 1e9, perHour: 1e9, perUser: 1e9, perImage: 1e9 };
  let world = new ResponseWorld(processes, { mode: 'terminate', budget });
  let stage = new ResponseStage(world.parts);
  const seen = { ended: 0, refused: 0, resumed: 0, reused: 0 };
  for (let race = 0; race < races; race++) {
    if (race % racesPerJournal === 0 && race > 0) {
      await expectSettled(world, stage);
      world = new ResponseWorld(processes, { mode: 'terminate', budget });
      stage = new ResponseStage(world.parts);
    }
    processes.running.clear();
    processes.ended.length = 0;
    processes.calls.length = 0;
    world.told.length = 0;
    world.nowMs = noonMs + race * 4_000_000;
    const isHeld = pick(4) === 0;
    world.change({
      suspendFirst: isHeld,
      holdMinRarity: pick(2) * 100,
      target: pick(3) === 0 ? 'tree' : 'process',
    });
    const pid = 8 + 4 * pick(1_000);
    const createdMs = world.nowMs + pick(10) / 10;
    const meant = processes.start({ pid, createdMs });
    const innocents: FakeProcess[] = [];
    const reuseAt = pick(6);
    let call = 0;
    processes.between = () => {
      if (call++ !== reuseAt) return;
      processes.running.delete(pid);
      if (pick(4) === 0) return;
      seen.reused++;
      // At the earliest 400 ns later: a millisecond as a number is good to 300 ns, and no process is created,
      // ended and followed by another in less.
      const gapMs = pick(2) === 0 ? (4 + pick(9)) / 10_000 : 1 + pick(5_000);
      const isTwin = pick(2) === 0;
      innocents.push(
        processes.start({
          pid,
          createdMs: createdMs + gapMs,
          ...(isTwin ? {} : { imagePath: 'C:\\Windows\\System32\\notepad.exe', parentPid: 8 }),
        }),
      );
    };
    stage.take(...flagged({ pid, createdMs, rarity: 60 }));
    await stage.settle();
    if (isHeld) {
      world.nowMs += 5_000;
      stage.tick();
      await stage.settle();
    }
    const wronged = processes.ended.filter((each) => each.created !== meant.created);
    const frozen = [...innocents, meant].filter(
      (each) => each.suspendCount > 0 && processes.running.has(pid),
    );
    if (wronged.length > 0 || (frozen.length > 0 && processes.running.get(pid) === frozen[0])) {
      expect.fail(
        `race ${race}: ${processes.calls.join(', ')}: ${wronged.length} wronged, ${frozen.length} frozen`,
      );
    }
    if (processes.ended.length > 0) seen.ended++;
    if (world.told.some(({ end }) => (end?.refusals.length ?? 0) > 0)) seen.refused++;
    if (world.told.some(({ verb }) => verb === 'resume')) seen.resumed++;
  }
  await expectSettled(world, stage);
  // The races were real ones: each way out was taken many times.
  expect(Math.min(seen.ended, seen.refused, seen.resumed, seen.reused)).toBeGreaterThan(races / 50);
});

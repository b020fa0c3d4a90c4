import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  arm,
  disarm,
  EvidenceCollector,
  EvidenceFiles,
  type ResponsePolicy,
  ResponseStage,
} from '../../src/response/index.ts';
import { FakeLook } from './evidence/fake-look.ts';
import { FakeProcesses } from './fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from './response-world.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-called-off-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const limits = {
  waitMs: 1_000,
  timeoutMs: 10_000,
  maxFileBytes: 1_000_000,
  maxTotalBytes: 10_000_000,
  secretNames: [],
};

/** With evidence, whose gathering can be made to take as long as the test likes. */
function open(policy: Partial<ResponsePolicy> = {}) {
  const processes = new FakeProcesses();
  const world = new ResponseWorld(processes, { mode: 'terminate', ...policy });
  const look = new FakeLook();
  const collector = new EvidenceCollector(new EvidenceFiles(folder), limits, look);
  const stage = new ResponseStage({ ...world.parts, evidence: () => collector });
  const meanwhile = (happens: () => void): void => {
    const environmentOf = look.environmentOf;
    look.environmentOf = () => {
      happens();
      return environmentOf();
    };
  };
  return { processes, world, stage, meanwhile };
}

const person = { by: 'anna', reason: 'stop it' };

describe('an action whose evidence is being gathered', () => {
  it.each<readonly [what: string, stop: (world: ResponseWorld) => void, refused: string]>([
    ['the kill switch is set', (world) => (world.isKilled = true), 'PC_REFUSED_KILL_SWITCH'],
    [
      'the kill switch cannot be looked at',
      (world) => (world.isKilled = undefined),
      'PC_REFUSED_KILL_SWITCH',
    ],
    ['somebody disarms', (world) => disarm(world.journal, person, world.nowMs), 'PC_REFUSED_STOOD_DOWN'],
  ])('is called off when %s: the process goes on at once', async (_, stop, refused) => {
    const { processes, world, stage, meanwhile } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    meanwhile(() => stop(world));
    stage.take(...flagged());
    await stage.settle();
    expect(processes.calls).toEqual(['look 4240', 'freeze 4240', 'resume 4240']);
    expect(world.outcomes).toEqual([`terminate 4240: ${refused}`]);
    expect([processes.frozen, processes.ended, world.journal.holds(), world.journal.unfinished()]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('is called off with its whole tree', async () => {
    const { processes, world, stage, meanwhile } = open({ target: 'tree' });
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs + 1, parentPid: 4240 });
    meanwhile(() => {
      world.isKilled = true;
    });
    stage.take(...flagged());
    await stage.settle();
    expect([processes.running.size, world.journal.holds()]).toEqual([2, []]);
    expect(processes.calls.some((call) => call.startsWith('terminate'))).toBe(false);
  });

  it('leaves a hold that is called off to be resumed when it is due', async () => {
    const { processes, world, stage, meanwhile } = open({
      target: 'tree',
      suspendFirst: true,
      holdMs: 5_000,
      holdMinRarity: 0,
    });
    processes.start({ pid: 4240, createdMs: noonMs });
    stage.take(...flagged());
    await stage.settle();
    meanwhile(() => {
      world.isKilled = true;
    });
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    expect(world.outcomes).toEqual([
      'suspend 4240: suspended',
      'terminate 4240: PC_REFUSED_KILL_SWITCH',
      'resume 4240: resumed',
    ]);
    expect([processes.frozen, world.journal.holds()]).toEqual([[], []]);
  });

  it('stays written down when it cannot be let go', async () => {
    const { processes, world, stage, meanwhile } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.failures.set('resume', 'PC_E_ACCESS');
    meanwhile(() => {
      world.isKilled = true;
    });
    stage.take(...flagged());
    await stage.settle();
    expect(world.journal.holds()).toHaveLength(1);
    processes.failures.clear();
    world.nowMs += 40_000;
    stage.tick();
    await stage.settle();
    expect([processes.frozen, world.journal.holds()]).toEqual([[], []]);
  });

  it('is carried out though the budget is used up by what came after it', async () => {
    const { processes, world, stage, meanwhile } = open({
      budget: { perMinute: 1, perHour: 9, perUser: 9, perImage: 9 },
    });
    for (const pid of [4240, 4244]) processes.start({ pid, createdMs: noonMs });
    meanwhile(() => stage.take(...flagged({ pid: 4244 })));
    stage.take(...flagged());
    await stage.settle();
    expect(world.journal.standDown?.by).toBe('agent');
    expect(world.outcomes).toContain('terminate 4240: terminated');
  });
});

it('holds that an agent is disarmed, though the command itself cannot be written down', () => {
  const world = new ResponseWorld(new FakeProcesses());
  const request = { ...person, override: { mode: 'terminate', ruleId: undefined, forMs: 60_000 } } as const;
  arm(world.journal, request, noonMs);
  world.journal.note = () => {
    throw new Error('disk full');
  };
  expect(() => disarm(world.journal, person, noonMs)).toThrow('disk full');
  expect([world.journal.standDown?.by, world.journal.override]).toEqual(['anna', undefined]);
});

describe('a start that is told again', () => {
  const budget = { perMinute: 3, perHour: 9, perUser: 3, perImage: 3 };

  it('takes nothing from the budget, whether its first action is under way, is over, or waits for a person', async () => {
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'suspend', budget });
    const stage = new ResponseStage(world.parts);
    processes.start({ pid: 4240, createdMs: noonMs });
    for (let turn = 0; turn < 5; turn++) stage.take(...flagged());
    await stage.settle();
    for (let turn = 0; turn < 5; turn++) {
      stage.take(...flagged());
      await stage.settle();
    }
    expect([world.stoodDown, world.outcomes]).toEqual([[], ['suspend 4240: suspended']]);
    for (const pid of [4244, 4248]) {
      processes.start({ pid, createdMs: noonMs });
      stage.take(...flagged({ pid }));
      await stage.settle();
    }
    expect([processes.frozen.length, world.stoodDown]).toEqual([3, []]);
  });

  it('takes nothing from what an audit counts', async () => {
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'audit', budget });
    const stage = new ResponseStage(world.parts);
    for (const pid of [4240, 4244, 4248]) {
      processes.start({ pid, createdMs: noonMs });
      for (let turn = 0; turn < 3; turn++) stage.take(...flagged({ pid }));
      await stage.settle();
    }
    expect(world.outcomes.map((each) => each.split(': ')[1])).toEqual(['audited', 'audited', 'audited']);
  });
});

describe('an agent that is stopped', () => {
  it('lets go what waits for its decision, and leaves what waits for a person', async () => {
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'terminate', suspendFirst: true, holdMs: 60_000 });
    const stage = new ResponseStage(world.parts);
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs });
    stage.take(...flagged());
    await stage.settle();
    world.change({ mode: 'suspend', suspendFirst: false });
    stage.take(...flagged({ pid: 4244 }));
    await stage.stop();
    expect(processes.frozen.map(({ pid }) => pid)).toEqual([4244]);
    expect(world.journal.holds().map(({ kind }) => kind)).toEqual(['person']);
    expect(world.told.at(-1)).toMatchObject({ verb: 'resume', by: 'agent', reason: 'the agent was stopped' });
  });

  it('lets the others go though it fails for one', async () => {
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'terminate', suspendFirst: true, holdMs: 60_000 });
    const stage = new ResponseStage(world.parts);
    for (const pid of [4240, 4244, 4248]) {
      processes.start({ pid, createdMs: noonMs });
      stage.take(...flagged({ pid }));
      await stage.settle();
    }
    const [first] = world.journal.holds();
    processes.between = () => {
      if (processes.calls.at(-1) === `query ${first?.pid}`) throw new Error('the library is gone');
    };
    await stage.stop();
    expect(processes.frozen.map(({ pid }) => pid)).toEqual([first?.pid]);
    expect(world.failed).toHaveLength(1);
  });
});

describe('a start of the agent', () => {
  it('lets go what is frozen though what was interrupted cannot be written down', async () => {
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'suspend' });
    processes.start({ pid: 4240, createdMs: noonMs });
    const { journal } = world;
    const writes = { finish: journal.finish, record: journal.record, release: journal.release };
    const full = () => {
      throw new Error('disk full');
    };
    Object.assign(journal, { finish: full });
    const first = new ResponseStage(world.parts);
    first.take(...flagged());
    await first.settle();
    expect(processes.frozen).toHaveLength(1);
    Object.assign(journal, { record: full, release: full });
    await new ResponseStage(world.parts).start();
    expect(processes.frozen).toEqual([]);
    Object.assign(journal, writes);
    await new ResponseStage(world.parts).start();
    expect([journal.holds(), journal.unfinished()]).toEqual([[], []]);
  });

  it.each([true, false])(
    'lets go what an interrupted tree may have frozen (told whether: %s)',
    async (tells) => {
      const processes = new FakeProcesses();
      const world = new ResponseWorld(processes, { mode: 'terminate', target: 'tree' });
      for (const [pid, parentPid] of [
        [4240, 3300],
        [4244, 4240],
      ] as const) {
        processes.start({ pid, parentPid, createdMs: noonMs + pid - 4240 });
      }
      processes.terminateTree = () => {
        for (const process of processes.running.values()) process.suspendCount++;
        return Promise.reject(new Error('the agent ended here'));
      };
      const { finish } = world.journal;
      Object.assign(world.journal, {
        finish: () => {
          throw new Error('the agent ended here');
        },
      });
      const first = new ResponseStage(world.parts);
      first.take(...flagged());
      await first.settle();
      Object.assign(world.journal, { finish });
      processes.tellsSuspension = tells;
      await new ResponseStage(world.parts).start();
      expect(processes.frozen).toEqual([]);
    },
  );

  it('goes on counting a tree that was broken off, also at the start after that', async () => {
    const budget = { perMinute: 9, perHour: 3, perUser: 9, perImage: 9 };
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'terminate', target: 'tree', budget });
    processes.start({ pid: 4240, createdMs: noonMs });
    for (const pid of [4244, 4248]) processes.start({ pid, createdMs: noonMs + 1, parentPid: 4240 });
    const { finish } = world.journal;
    Object.assign(world.journal, {
      finish: () => {
        throw new Error('the agent ended here');
      },
    });
    const first = new ResponseStage(world.parts);
    first.take(...flagged());
    await first.settle();
    Object.assign(world.journal, { finish });
    await new ResponseStage(world.parts).start();
    world.nowMs += 100_000;
    const again = new ResponseStage(world.parts);
    await again.start();
    processes.start({ pid: 5000, createdMs: world.nowMs });
    again.take(...flagged({ pid: 5000, createdMs: world.nowMs }));
    await again.settle();
    expect(world.outcomes.at(-1)).toBe('terminate 5000: PC_REFUSED_BUDGET_HOUR');
  });

  it('does not give the budget back because somebody armed it in what is the future by now', async () => {
    const budget = { perMinute: 9, perHour: 1, perUser: 9, perImage: 9 };
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'terminate', budget });
    arm(world.journal, person, noonMs + 86_400_000);
    for (const [pid, outcome] of [
      [4240, 'terminated'],
      [4244, 'PC_REFUSED_BUDGET_HOUR'],
    ] as const) {
      processes.start({ pid, createdMs: noonMs });
      const stage = new ResponseStage(world.parts);
      stage.take(...flagged({ pid }));
      await stage.settle();
      expect(world.outcomes.at(-1)).toBe(`terminate ${pid}: ${outcome}`);
    }
  });
});

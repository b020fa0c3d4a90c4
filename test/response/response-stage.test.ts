import { describe, expect, it } from 'vitest';
import { ExceptionList } from '../../src/alert/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import {
  arm,
  carryOutRequest,
  disarm,
  type ResponsePolicy,
  ResponseStage,
} from '../../src/response/index.ts';
import { highRule } from '../support/alert.ts';
import { FakeProcesses } from './fake-processes.ts';
import { type FlaggedFacts, flagged, noonMs, ResponseWorld } from './response-world.ts';

function open(policy?: Partial<ResponsePolicy>) {
  const processes = new FakeProcesses();
  const world = new ResponseWorld(processes, policy);
  const stage = new ResponseStage(world.parts);
  const take = async (facts?: FlaggedFacts) => {
    stage.take(...flagged(facts));
    await stage.settle();
  };
  return { processes, world, stage, take };
}

const armed = { mode: 'terminate' } as const;
const loadedScope = loadConfig({ env: {}, flags: [], file: undefined }).config.response.except;

describe('one action', () => {
  it('ends the process that the event is about, and writes down both steps', async () => {
    const { processes, world, take } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    const steps: string[] = [];
    processes.between = () => {
      steps.push(`${processes.calls.at(-1)}, ${world.journal.unfinished().length} begun`);
    };
    world.nowMs += 20;
    await take();
    expect(steps).toEqual(['look 4240, 0 begun', 'terminate 4240, 1 begun']);
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
    expect(world.told[0]?.end).toMatchObject({
      outcome: 'success',
      code: 'PC_OK',
      processes: 1,
      latencyMs: 0,
    });
    expect(world.journal.unfinished()).toEqual([]);
    const [document] = [...world.journal.documents()].map((text) => JSON.parse(text));
    expect(document).toMatchObject({
      event: { dataset: 'problemchild.action', action: 'terminate', outcome: 'success' },
      process: { pid: 4240, name: 'cmd.exe' },
      problemchild: {
        event_ids: [`event of 4240 at ${noonMs}`],
        response: { mode: 'terminate', by: 'agent' },
      },
    });
    expect(document.problemchild).not.toHaveProperty('refused');
  });

  it('ends a process whose image was renamed since', async () => {
    const { processes, world, take } = open();
    processes.start({ pid: 4240, createdMs: noonMs, imagePath: 'C:\\Users\\anna\\readme.tmp' });
    await take();
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
  });

  it('touches nothing in audit mode, and says what it would have done', async () => {
    const { processes, world, take } = open({ mode: 'audit' });
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs, critical: true });
    await take();
    await take({ pid: 4244 });
    expect(processes.calls).toEqual(['look 4240', 'look 4244']);
    expect(world.outcomes).toEqual(['terminate 4240: audited', 'terminate 4244: PC_REFUSED_CRITICAL']);
  });

  it('leaves alone what an event is about that anybody may have written, and says so', async () => {
    const { processes, world, take } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    await take({ isUnconfirmed: true });
    expect(world.outcomes).toEqual(['terminate 4240: PC_REFUSED_EVIDENCE']);
    expect(processes.ended).toEqual([]);
    const [document] = [...world.journal.documents()].map((text) => JSON.parse(text));
    expect(document.problemchild).toMatchObject({ unconfirmed: true, refused: 'PC_REFUSED_EVIDENCE' });
  });

  it.each<readonly [what: string, live: Parameters<FakeProcesses['start']>[0], refused: string]>([
    ['created at another time', { pid: 4240, createdMs: noonMs + 1 }, 'PC_REFUSED_IDENTITY'],
    ['of another parent', { pid: 4240, createdMs: noonMs, parentPid: 8 }, 'PC_REFUSED_IDENTITY'],
    ['protected', { pid: 4240, createdMs: noonMs, protection: 0x31 }, 'PC_REFUSED_PROTECTED'],
    ['of SYSTEM', { pid: 4240, createdMs: noonMs, userSid: 'S-1-5-18' }, 'PC_REFUSED_SERVICE_ACCOUNT'],
    ['debugged', { pid: 4240, createdMs: noonMs, debugged: true }, 'PC_REFUSED_DEBUGGED'],
    ['ending', { pid: 4240, createdMs: noonMs, exiting: true }, 'PC_REFUSED_EXITING'],
    ['not to be read', { pid: 4240, createdMs: noonMs, critical: undefined }, 'PC_REFUSED_CRITICAL'],
  ])('spares a process %s', async (_, live, refused) => {
    const { processes, world, take } = open();
    processes.start(live);
    await take();
    expect(world.outcomes).toEqual([`terminate 4240: ${refused}`]);
    expect(processes.calls).toEqual(['look 4240']);
  });

  it.each<
    readonly [what: string, imagePath: string, trustedSignature: boolean, outcome: string, asks: boolean]
  >([
    ['genuine', 'C:\\Windows\\System32\\svchost.exe', true, 'PC_REFUSED_PROTECTED_IMAGE', true],
    ['forged', 'C:\\Windows\\System32\\svchost.exe', false, 'terminated', true],
    ['elsewhere', 'C:\\Users\\Public\\svchost.exe', true, 'terminated', false],
  ])(
    'asks for the signature where it decides: svchost.exe, %s',
    async (_, imagePath, isTrusted, outcome, asks) => {
      const { processes, world, take } = open();
      processes.start({ pid: 4240, createdMs: noonMs, imagePath, trustedSignature: isTrusted });
      await take({ process: { executable: imagePath, name: 'svchost.exe' } });
      expect(world.outcomes).toEqual([`terminate 4240: ${outcome}`]);
      expect(processes.calls.includes('query 4240')).toBe(asks);
    },
  );

  it('spares itself, its ancestors and its children', async () => {
    const { processes, world, take } = open();
    for (const pid of [900, 600, 4240]) {
      processes.start({ pid, createdMs: noonMs, parentPid: pid === 4240 ? 900 : 3300 });
      await take({ pid, process: { parent: { pid: pid === 4240 ? 900 : 3300 } } });
    }
    expect(world.outcomes.every((outcome) => outcome.endsWith('PC_REFUSED_AGENT'))).toBe(true);
  });

  it('does not even look at a process of another host', async () => {
    const { processes, world, take } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    await take({ host: 'SRV-01' });
    expect(world.outcomes).toEqual(['terminate 4240: PC_REFUSED_HOST']);
    expect(processes.calls).toEqual([]);
  });

  it('heeds exceptions with response scope and the kill switch', async () => {
    const { processes, world, take } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs });
    const conditions = [{ field: 'process.name' as const, is: ['cmd.exe'] }];
    const entry = { id: 'shell', response: true, conditions, reason: 'test', author: 'test' };
    world.exceptions = new ExceptionList([entry]);
    await take();
    world.exceptions = new ExceptionList([{ ...entry, response: false }]);
    world.isKilled = true;
    await take({ pid: 4244 });
    expect(world.outcomes).toEqual([
      'terminate 4240: PC_REFUSED_EXCEPTION',
      'terminate 4244: PC_REFUSED_KILL_SWITCH',
    ]);
  });

  it('takes the same event twice for one', async () => {
    const { processes, world, take } = open({ mode: 'suspend' });
    processes.start({ pid: 4240, createdMs: noonMs });
    await take();
    await take();
    expect(world.outcomes).toEqual(['suspend 4240: suspended']);
    expect(processes.frozen[0]?.suspendCount).toBe(1);
  });

  it('does nothing that it cannot write down first', async () => {
    const { processes, world, stage } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    const begin = world.journal.begin.bind(world.journal);
    world.journal.begin = () => {
      throw new Error('database or disk is full');
    };
    stage.take(...flagged());
    await stage.settle();
    world.journal.begin = begin;
    expect(world.failed).toHaveLength(1);
    expect(processes.running.size).toBe(1);
  });

  it('tells of what it did even if that cannot be written down any more', async () => {
    const { processes, world, take } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    const finish = world.journal.finish.bind(world.journal);
    world.journal.finish = () => {
      throw new Error('disk full');
    };
    await take();
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
    expect(world.failed).toHaveLength(1);
    world.journal.finish = finish;
    await new ResponseStage(world.parts).start();
    expect(world.journal.unfinished()).toEqual([]);
  });

  it('reports an act that the system refused', async () => {
    const { processes, world, take } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.failures.set('terminate', 'PC_E_ACCESS');
    await take();
    expect(world.told[0]?.end).toMatchObject({
      outcome: 'failure',
      code: 'PC_E_ACCESS',
      cause: 'made to fail',
      refusals: [],
    });
  });
});

describe('a batch', () => {
  it('waits until what it asked for is done', async () => {
    const { processes, world, stage } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    expect(stage.acted()).toBeUndefined();
    stage.take(...flagged());
    await stage.acted();
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
    expect(stage.acted()).toBeUndefined();
  });

  it('does not wait for what is only written down', async () => {
    const { world, stage } = open({ mode: 'audit' });
    stage.take(...flagged());
    expect(stage.acted()).toBeUndefined();
    await stage.settle();
    expect(world.told).toHaveLength(1);
  });

  it('does not wait for a call that does not end', async () => {
    const { processes, world, stage } = open();
    processes.start({ pid: 4240, createdMs: noonMs });
    const { promise, resolve } = Promise.withResolvers<void>();
    processes.between = () => promise;
    stage.take(...flagged());
    await stage.acted();
    expect(world.outcomes).toEqual([]);
    resolve();
    await stage.settle();
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
  });
});

describe('trees', () => {
  it('are ended whole', async () => {
    const { processes, world, take } = open({ ...armed, target: 'tree' });
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs + 1, parentPid: 4240 });
    processes.start({ pid: 4248, createdMs: noonMs + 2, parentPid: 4244 });
    await take();
    expect(world.told[0]?.end).toMatchObject({ result: 'terminated', processes: 3 });
    expect([processes.running.size, world.journal.holds()]).toEqual([0, []]);
  });

  it('lose their root only, for the sake of one member', async () => {
    const { processes, world, take } = open({ ...armed, target: 'tree' });
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs + 1, parentPid: 4240, userSid: 'S-1-5-18' });
    processes.start({ pid: 4248, createdMs: noonMs + 1, parentPid: 4240 });
    await take();
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
    expect(world.told[0]).toMatchObject({ target: 'process', reason: expect.stringContaining('as a whole') });
    expect([...processes.running.keys()]).toEqual([4244, 4248]);
  });

  it.each(['exception', 'scope'] as const)('lose their root only where %s spares a member', async (by) => {
    for (const createdMs of [noonMs + 1, noonMs + 5]) {
      const except = { ...loadedScope, processes: by === 'scope' ? ['backup.exe'] : [] };
      const { processes, world, take } = open({ ...armed, target: 'tree', except });
      const conditions = [{ field: 'process.name' as const, is: ['backup.exe'] }];
      const entry = { id: 'backup', response: true, conditions, reason: 'test', author: 'test' };
      if (by === 'exception') world.exceptions = new ExceptionList([entry]);
      processes.start({ pid: 4240, createdMs: noonMs });
      processes.start({ pid: 4244, createdMs, parentPid: 4240 });
      // What was told of the pid is another process where its time is another.
      await take({
        pid: 4244,
        createdMs: noonMs + 1,
        process: { name: 'backup.exe', parent: { pid: 4240 } },
      });
      world.told.length = 0;
      await take();
      const isTold = createdMs === noonMs + 1;
      expect(world.told[0]).toMatchObject({ target: isTold ? 'process' : 'tree' });
      expect([...processes.running.keys()]).toEqual(isTold ? [4244] : []);
    }
  });

  it('are looked at without their files, but for those that the guard would spare for their signature', async () => {
    const { processes, take } = open({ ...armed, target: 'tree' });
    processes.start({ pid: 4240, createdMs: noonMs });
    const imagePath = 'C:\\Windows\\System32\\svchost.exe';
    processes.start({ pid: 4244, createdMs: noonMs + 1, parentPid: 4240 });
    processes.start({ pid: 4248, createdMs: noonMs + 1, parentPid: 4240, imagePath });
    processes.start({ pid: 4252, createdMs: noonMs + 1, parentPid: 4240 });
    await take();
    // One that may not be ended is enough to know.
    const calls = ['look 4240', 'tree 4240', 'look 4244', 'look 4248', 'query 4248', 'terminate 4240'];
    expect(processes.calls).toEqual(calls);
  });

  it('lose their root only when a protected member joins late', async () => {
    const { processes, world, take } = open({ ...armed, target: 'tree' });
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs + 1, parentPid: 4240 });
    processes.failures.set('terminateTree', 'PC_E_PROTECTED');
    await take();
    expect(world.told[0]?.end).toMatchObject({ result: 'terminated', code: 'PC_E_PARTIAL', processes: 1 });
    expect([...processes.running.keys()]).toEqual([4244]);
  });
});

describe('trees and the budget', () => {
  const budget = { perMinute: 4, perHour: 20, perUser: 3, perImage: 3 };
  const tree = { ...armed, target: 'tree', budget } as const;

  function startTree(processes: FakeProcesses, root: number, size: number): void {
    processes.start({ pid: root, createdMs: noonMs });
    for (let index = 1; index < size; index++) {
      processes.start({ pid: root + 4 * index, createdMs: noonMs + index, parentPid: root });
    }
  }

  it('count every process, so that what does not fit any more loses its root only', async () => {
    const { processes, world, take } = open(tree);
    startTree(processes, 4240, 3);
    startTree(processes, 5240, 2);
    await take();
    await take({ pid: 5240, user: 'bert' });
    expect(world.told.map(({ target, end }) => [target, end?.processes])).toEqual([
      ['tree', 3],
      ['process', 1],
    ]);
    expect(world.told[1]?.reason).toMatch(/as a whole/);
    expect([...processes.running.keys()]).toEqual([5244]);
    processes.start({ pid: 6240, createdMs: noonMs });
    await take({ pid: 6240, user: 'carl' });
    expect(world.outcomes.at(-1)).toBe('terminate 6240: PC_REFUSED_BUDGET_MINUTE');
    expect(world.journal.standDown?.reason).toBe('PC_REFUSED_BUDGET_MINUTE');
  });

  it('are a single action on a user and an image', async () => {
    const { processes, world, take } = open({ ...tree, budget: { ...budget, perMinute: 20 } });
    for (const pid of [4240, 5240, 6240]) {
      startTree(processes, pid, 3);
      await take({ pid });
    }
    expect(world.told.map(({ end }) => end?.processes)).toEqual([3, 3, 3]);
  });

  it('are told as what was asked for where they are refused', async () => {
    const { processes, world, take } = open(tree);
    startTree(processes, 4240, 3);
    world.isKilled = true;
    await take();
    expect(world.outcomes).toEqual(['terminate 4240: PC_REFUSED_KILL_SWITCH']);
    expect(world.told[0]).toMatchObject({ target: 'tree', reason: undefined });
  });

  it('are ended whole under a budget beyond what a tree can be', async () => {
    const { processes, world, take } = open({
      ...tree,
      budget: { ...budget, perMinute: 100_000, perHour: 100_000 },
    });
    startTree(processes, 4240, 3);
    await take();
    expect(world.told[0]?.end).toMatchObject({ outcome: 'success', processes: 3 });
  });

  it('are not looked at where they are beyond any budget', async () => {
    const { processes, world, take } = open(tree);
    startTree(processes, 4240, 6);
    await take();
    expect(processes.calls).toEqual(['look 4240', 'tree 4240', 'terminate 4240']);
    expect(world.told[0]).toMatchObject({ target: 'process', reason: expect.stringContaining('as a whole') });
  });

  it('do not spare the root of a tree that is larger than could ever be ended', async () => {
    const { processes, world, take } = open(tree);
    startTree(processes, 4240, 3);
    processes.failures.set('tree', 'PC_E_TREE_LIMIT');
    await take();
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
    expect([...processes.running.keys()]).toEqual([4244, 4248]);
  });

  it('end the root of a tree that grew meanwhile, and look after its members', async () => {
    const { processes, world, stage, take } = open(tree);
    startTree(processes, 4240, 3);
    processes.between = () => {
      if (processes.calls.at(-1) !== 'terminateTree 4240') return;
      for (const pid of [7240, 7244]) processes.start({ pid, createdMs: noonMs + 9, parentPid: 4240 });
    };
    await take();
    expect(world.told[0]?.end).toMatchObject({
      outcome: 'failure',
      result: 'terminated',
      code: 'PC_E_PARTIAL',
      processes: 1,
    });
    expect([...processes.running.keys()]).toEqual([4244, 4248, 7240, 7244]);
    expect(world.journal.holds()).not.toEqual([]);
    world.nowMs += 40_000;
    stage.tick();
    await stage.settle();
    expect(world.journal.holds()).toEqual([]);
  });

  it('end the root of a tree that keeps growing', async () => {
    const { processes, world, take } = open(tree);
    startTree(processes, 4240, 3);
    processes.failures.set('terminateTree', 'PC_E_TREE_UNSTABLE');
    await take();
    expect(world.told[0]?.end).toMatchObject({ result: 'terminated', code: 'PC_E_PARTIAL', processes: 1 });
    expect([...processes.running.keys()]).toEqual([4244, 4248]);
  });

  it('count what joined the tree before it was frozen', async () => {
    const { processes, world, take } = open(tree);
    startTree(processes, 4240, 3);
    processes.between = () => {
      if (processes.calls.at(-1) === 'terminateTree 4240') {
        processes.start({ pid: 7240, createdMs: noonMs + 9, parentPid: 4240 });
      }
    };
    await take();
    expect(world.told[0]?.end).toMatchObject({ outcome: 'success', processes: 4 });
    processes.start({ pid: 5240, createdMs: noonMs });
    await take({ pid: 5240, user: 'bert' });
    expect(world.outcomes.at(-1)).toBe('terminate 5240: PC_REFUSED_BUDGET_MINUTE');
  });
});

describe('trees at the very same time', () => {
  const budget = { perMinute: 9, perHour: 20, perUser: 9, perImage: 9 };
  const policy = { ...armed, target: 'tree', budget } as const;

  /** Every tree gets this many members more just before it stands still. */
  function openGrowing(joining: number) {
    const opened = open(policy);
    const { processes } = opened;
    let pid = 9_000;
    let hold: Promise<void> | undefined;
    processes.between = () => {
      const root = Number(/^terminateTree (\d+)$/.exec(processes.calls.at(-1)!)?.[1]);
      if (Number.isNaN(root)) return undefined;
      for (let index = 0; index < joining; index++) {
        pid += 4;
        processes.start({ pid, createdMs: noonMs + 9, parentPid: root });
      }
      return hold;
    };
    const holdUp = (until: Promise<void>): void => {
      hold = until;
    };
    return { ...opened, holdUp };
  }

  it('end no more than the budget has, however many join each', async () => {
    for (const joining of [1, 2, 3, 4, 8]) {
      const { processes, world, stage } = openGrowing(joining);
      for (const root of [4240, 5240, 6240]) {
        processes.start({ pid: root, createdMs: noonMs });
        processes.start({ pid: root + 4, createdMs: noonMs + 1, parentPid: root });
        stage.take(...flagged({ pid: root, user: `user of ${root}` }));
      }
      await stage.settle();
      expect(processes.ended.length).toBeLessThanOrEqual(budget.perMinute);
      const roots = world.told.filter(({ end }) => end?.result === 'terminated');
      expect([joining, roots.length]).toEqual([joining, 3]);
    }
  });

  it('let an action wait that needs what is set aside, which is no reason to stand down', async () => {
    const { processes, world, stage, holdUp } = openGrowing(0);
    const { promise, resolve } = Promise.withResolvers<void>();
    holdUp(promise);
    for (let root = 4240; root < 4240 + 6 * 100; root += 100) {
      processes.start({ pid: root, createdMs: noonMs });
      stage.take(...flagged({ pid: root, user: `user of ${root}` }));
    }
    await new Promise(setImmediate);
    // Of nine the first takes one and sets four aside, the next one and two, and so on.
    expect(processes.calls.filter((call) => call.startsWith('terminateTree'))).toHaveLength(3);
    resolve();
    await stage.settle();
    expect(world.outcomes.filter((each) => each.endsWith(': terminated'))).toHaveLength(6);
    expect(world.stoodDown).toEqual([]);
  });
});

describe('suspending first', () => {
  const policy = { ...armed, suspendFirst: true, holdMs: 5_000, holdMinRarity: 50 };

  it('counts what it ends after the hold once, after a restart as well', async () => {
    const { processes, world, stage, take } = open(policy);
    processes.start({ pid: 4240, createdMs: noonMs });
    await take({ rarity: 80 });
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    expect(world.outcomes).toEqual(['suspend 4240: suspended', 'terminate 4240: terminated']);
    const spent = world.journal.spentSince(0);
    expect(spent.reduce((sum, each) => sum + each.processes, 0)).toBe(1);
  });

  it('ends what has grown rarer during the hold', async () => {
    const { processes, world, stage, take } = open(policy);
    processes.start({ pid: 4240, createdMs: noonMs });
    await take({ rarity: 10 });
    expect(processes.frozen).toHaveLength(1);
    world.nowMs += 4_999;
    stage.tick();
    await stage.settle();
    expect(processes.frozen).toHaveLength(1);
    stage.holds.observe(...flaggedWithRarity(70));
    world.nowMs += 1;
    stage.tick();
    await stage.settle();
    expect(world.outcomes).toEqual(['suspend 4240: suspended', 'terminate 4240: terminated']);
    expect([processes.running.size, world.journal.holds()]).toEqual([0, []]);
  });

  it.each<readonly [what: string, change: (world: ResponseWorld) => void]>([
    ['stays ordinary', () => undefined],
    ['may no longer be ended by the policy', (world) => world.change({ mode: 'suspend', holdMinRarity: 0 })],
    [
      'meets the kill switch',
      (world) => {
        world.change({ holdMinRarity: 0 });
        world.isKilled = true;
      },
    ],
    [
      'is an exception by now',
      (world) => {
        world.change({ holdMinRarity: 0 });
        const conditions = [{ field: 'process.name' as const, is: ['cmd.exe'] }];
        const entry = { id: 'shell', response: true, conditions, reason: 'test', author: 'test' };
        world.exceptions = new ExceptionList([entry]);
      },
    ],
    [
      'its rule asks nothing for any more',
      (world) => world.change({ holdMinRarity: 0, rules: { [highRule.id]: { action: 'none' } } }),
    ],
    [
      'is out of scope by now',
      (world) => {
        const nobody = { hosts: [], users: [], groups: [], processes: [], paths: [], signers: [] };
        world.change({ holdMinRarity: 0, except: { ...nobody, processes: ['cmd.exe'] } });
      },
    ],
  ])('resumes what %s', async (_, change) => {
    const { processes, world, stage, take } = open(policy);
    processes.start({ pid: 4240, createdMs: noonMs });
    await take({ rarity: 10 });
    change(world);
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    expect(world.outcomes.at(-1)).toBe('resume 4240: resumed');
    expect([processes.frozen, world.journal.holds()]).toEqual([[], []]);
  });

  it('resumes what it suspended even if a thread that came later runs in it', async () => {
    const { processes, world, stage, take } = open(policy);
    const process = processes.start({ pid: 4240, createdMs: noonMs });
    await take({ rarity: 10 });
    Object.defineProperty(process, 'suspended', { value: false });
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    expect(world.outcomes.at(-1)).toBe('resume 4240: resumed');
    expect([processes.frozen, world.journal.holds()]).toEqual([[], []]);
  });

  it('does not hold anything longer because the clock was set back', async () => {
    const { processes, world, stage, take } = open(policy);
    processes.start({ pid: 4240, createdMs: noonMs });
    await take({ rarity: 10 });
    world.nowMs -= 3_600_000;
    stage.tick();
    await stage.settle();
    expect([processes.frozen, world.journal.holds()]).toEqual([[], []]);
  });

  it('resumes rather than ends what it no longer knows the event of', async () => {
    const { processes, world, take } = open({ ...policy, holdMinRarity: 0 });
    processes.start({ pid: 4240, createdMs: noonMs });
    await take();
    const restarted = new ResponseStage(world.parts);
    await restarted.start();
    expect(world.outcomes.at(-1)).toBe('resume 4240: resumed');
    expect([processes.ended, processes.frozen, world.journal.holds()]).toEqual([[], [], []]);
  });

  it('resumes once what it cannot write down, and forgets the hold when it can', async () => {
    const { processes, world, stage, take } = open(policy);
    processes.start({ pid: 4240, createdMs: noonMs });
    await take({ rarity: 10 });
    const { journal } = world;
    const full = () => {
      throw new Error('disk full');
    };
    const writes = {
      begin: journal.begin,
      finish: journal.finish,
      record: journal.record,
      release: journal.release,
    };
    Object.assign(journal, { begin: full, finish: full, record: full, release: full });
    world.nowMs += 5_000;
    for (let turn = 0; turn < 3; turn++) {
      stage.tick();
      await stage.settle();
    }
    expect(processes.frozen).toEqual([]);
    expect(processes.calls.filter((call) => call === 'resume 4240')).toHaveLength(1);
    Object.assign(journal, writes);
    stage.tick();
    await stage.settle();
    expect(journal.holds()).toEqual([]);
  });

  it('is settled for the others when it fails for one', async () => {
    const { processes, world, stage, take } = open(policy);
    for (const pid of [4240, 4244]) {
      processes.start({ pid, createdMs: noonMs });
      await take({ pid, rarity: 10 });
    }
    const [first] = world.journal.holds();
    processes.between = () => {
      if (processes.calls.at(-1) === `query ${first?.pid}`) throw new Error('the library is gone');
    };
    world.nowMs += 5_000;
    for (let turn = 0; turn < 3; turn++) {
      stage.tick();
      await stage.settle();
    }
    expect(processes.frozen.map(({ pid }) => pid)).toEqual([first?.pid]);
    expect(world.failed).toHaveLength(1);
    processes.between = () => undefined;
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    expect([processes.frozen, world.journal.holds()]).toEqual([[], []]);
  });

  it('resumes once what two ask for at the same time', async () => {
    const { processes, world, stage, take } = open(policy);
    const process = processes.start({ pid: 4240, createdMs: noonMs });
    await take({ rarity: 10 });
    // Somebody else suspended it as well.
    process.suspendCount++;
    world.nowMs += 5_000;
    stage.tick();
    await Promise.all([stage.holds.resumeAll('upgrade', 'anna'), stage.settle()]);
    expect([process.suspendCount, world.journal.holds()]).toEqual([1, []]);
  });

  it('tries again what could not be resumed', async () => {
    const { processes, world, stage, take } = open(policy);
    processes.start({ pid: 4240, createdMs: noonMs });
    await take({ rarity: 10 });
    processes.failures.set('resume', 'PC_E_ACCESS');
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    expect(processes.frozen).toHaveLength(1);
    processes.failures.clear();
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    expect([processes.frozen, world.journal.holds()]).toEqual([[], []]);
  });

  it('lets nobody else take the blame when the pid is reused during the hold', async () => {
    const { processes, world, stage, take } = open({ ...policy, holdMinRarity: 0 });
    processes.start({ pid: 4240, createdMs: noonMs });
    await take();
    const innocent = processes.start({ pid: 4240, createdMs: noonMs + 3_000 });
    innocent.suspendCount = 1;
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    expect([processes.ended, innocent.suspendCount, world.journal.holds()]).toEqual([[], 1, []]);
  });
});

function flaggedWithRarity(rarity: number) {
  const [start, interim] = flagged({ pid: 5000, rarity });
  return [start, interim] as const;
}

describe('the budget', () => {
  it('stands the agent down until a person arms it again', async () => {
    const { processes, world, take } = open();
    const act = async (pid: number) => {
      processes.start({ pid, createdMs: noonMs, imagePath: `C:\\${pid}.exe` });
      await take({ pid, user: `user ${pid}`, process: { name: `${pid}.exe`, executable: `C:\\${pid}.exe` } });
      return world.outcomes.at(-1)?.split(': ')[1];
    };
    for (const pid of [1000, 1004, 1008, 1012, 1016]) expect(await act(pid)).toBe('terminated');
    expect(await act(1020)).toBe('PC_REFUSED_BUDGET_MINUTE');
    expect(world.stoodDown).toEqual([{ sinceMs: noonMs, reason: 'PC_REFUSED_BUDGET_MINUTE', by: 'agent' }]);
    expect(await act(1024)).toBe('PC_REFUSED_STOOD_DOWN');
    world.nowMs += 25_000;
    const restarted = new ResponseStage(world.parts);
    processes.start({ pid: 1028, createdMs: noonMs });
    const action = await restarted.carryOut(restarted.decide(...flagged({ pid: 1028 })));
    expect(action?.end?.refusals).toEqual(['PC_REFUSED_STOOD_DOWN']);
    arm(world.journal, { reason: 'looked at', by: 'anna' }, world.nowMs);
    expect(await act(1032)).toBe('terminated');
  });

  it('is not given back by a restart', async () => {
    const { processes, world, take } = open({
      ...armed,
      budget: { perMinute: 9, perHour: 1, perUser: 9, perImage: 9 },
    });
    processes.start({ pid: 4240, createdMs: noonMs });
    await take();
    const restarted = new ResponseStage(world.parts);
    processes.start({ pid: 4244, createdMs: noonMs });
    const action = await restarted.carryOut(restarted.decide(...flagged({ pid: 4244 })));
    expect(action?.end?.refusals).toEqual(['PC_REFUSED_BUDGET_HOUR']);
  });

  it('holds for actions that are decided at the same moment', async () => {
    const { processes, world, stage } = open({
      ...armed,
      budget: { perMinute: 2, perHour: 9, perUser: 9, perImage: 9 },
    });
    for (const pid of [1000, 1004, 1008, 1012]) {
      processes.start({ pid, createdMs: noonMs });
      stage.take(...flagged({ pid }));
    }
    await stage.settle();
    expect(processes.ended).toHaveLength(2);
    expect(world.stoodDown).toHaveLength(1);
  });
});

describe('people', () => {
  it('arm for a time, and disarm', async () => {
    const { processes, world, take } = open({ mode: 'audit' });
    const outcome = async (pid: number) => {
      processes.start({ pid, createdMs: world.nowMs });
      await take({ pid, createdMs: world.nowMs, user: `user ${pid}` });
      return world.outcomes.at(-1)?.split(': ')[1];
    };
    const by = { reason: 'incident 7', by: 'anna' };
    arm(
      world.journal,
      { ...by, override: { mode: 'terminate', ruleId: undefined, forMs: 60_000 } },
      world.nowMs,
    );
    expect(await outcome(1000)).toBe('terminated');
    world.nowMs += 59_999;
    expect(await outcome(1004)).toBe('terminated');
    world.nowMs += 1;
    expect(await outcome(1008)).toBe('audited');
    world.change(armed);
    disarm(world.journal, by, world.nowMs);
    expect(await outcome(1012)).toBe('PC_REFUSED_STOOD_DOWN');
    expect(() =>
      arm(world.journal, { ...by, override: { mode: 'terminate', ruleId: undefined, forMs: 1e12 } }, 0),
    ).toThrow(/between/);
  });

  it('go through the same guard, whatever the mode', async () => {
    const { processes, world, stage } = open({ mode: 'audit' });
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs, protection: 0x31 });
    world.nowMs += 3_600_000;
    const ask = async (verb: 'suspend' | 'resume' | 'terminate', pid: number, key?: string) => {
      world.nowMs += 1_000;
      const decision = stage.decide(...flagged({ pid }));
      if (decision.kind === 'none') throw new Error('nothing is wanted');
      const { subject: seen } = decision.proposal;
      const subject = { ...seen, key: key ?? seen.key };
      const request = { verb, subject, target: 'process', by: 'anna', reason: 'ticket 12' } as const;
      const action = await carryOutRequest(world.parts, stage, request);
      return action?.end?.refusals[0] ?? action?.end?.result;
    };
    expect(await ask('terminate', 4244)).toBe('PC_REFUSED_PROTECTED');
    expect(await ask('suspend', 4240)).toBe('suspended');
    expect(world.journal.holds()).toMatchObject([{ kind: 'person', pid: 4240 }]);
    expect(await ask('resume', 4240)).toBe('resumed');
    expect(world.journal.holds()).toEqual([]);
    expect(await ask('resume', 4240)).toBe('resumed');
    expect(await ask('suspend', 4240)).toBe('suspended');
    // As another of its names has it: `process list` knows pid and time, an alert the entity id.
    expect(await ask('resume', 4240, '4240@1')).toBe('resumed');
    expect(world.journal.holds()).toEqual([]);
    expect(await ask('terminate', 4240)).toBe('terminated');
    expect(await ask('suspend', 4240)).toBe('PC_REFUSED_IDENTITY');
    expect(world.journal.holds()).toEqual([]);
    expect(world.told.every(({ by, reason }) => by === 'anna' && reason === 'ticket 12')).toBe(true);
    expect(world.journal.spentSince(0)).toEqual([]);
  });
});

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actionId, describeStart, endWithout, ResponseStage } from '../../src/response/index.ts';
import { ResponseJournalFile } from '../../src/store/index.ts';
import { FakeProcesses } from '../response/fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from '../response/response-world.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';

const reason = whyNoSmallDisk();
if (reason !== undefined) process.stderr.write(`tests of a full disk skipped: ${reason}\n`);

let disk: SmallDisk;
let file: string;
let changes: boolean[];

describe.skipIf(reason !== undefined)('a journal on a full disk', () => {
  beforeEach(() => {
    disk = mountSmallDisk(64 * 1_048_576);
    file = join(disk.folder, 'agent.response.db');
    changes = [];
  });
  afterEach(() => disk.remove());

  function makeAction(pid: number) {
    const [start, interim] = flagged({ pid });
    const subject = describeStart(start, interim, undefined);
    const id = actionId(subject, 'terminate');
    const common = { verb: 'terminate', target: 'process', mode: 'terminate', by: 'agent' } as const;
    return { ...common, id, reason: undefined, atMs: noonMs, subject, end: undefined };
  }

  function open(): ResponseJournalFile {
    const journal = new ResponseJournalFile(file);
    journal.keepReserve((isWhole) => changes.push(isWhole));
    return journal;
  }

  it('takes some hundred actions, as another reader sees them, and then no more', () => {
    const journal = open();
    const reader = new ResponseJournalFile(file);
    disk.fill();
    let taken = 0;
    const takeOne = (): void => {
      const action = makeAction(4_000 + 4 * taken);
      journal.begin(action);
      journal.finish(action.id, endWithout(noonMs, 'audited'));
    };
    expect(() => {
      for (; taken < 20_000; taken++) takeOne();
    }).toThrow(/full/i);
    expect(taken).toBeGreaterThan(300);
    expect([taken, taken + 1]).toContain([...reader.documents()].length);
    expect(changes).toEqual([false]);
    disk.clear();
    takeOne();
    expect(changes).toEqual([false, true]);
    disk.fill();
    taken++;
    takeOne();
    expect([...reader.documents()]).toHaveLength(taken + 1);
    reader.close();
    journal.close();
  });

  it('keeps its room for what is done, and tells of the rest only', () => {
    const journal = open();
    disk.fill();
    for (let pid = 4_000; pid < 24_000; pid += 4) {
      const refused = { ...makeAction(pid), end: endWithout(noonMs, 'refused', ['PC_REFUSED_AGE']) };
      expect(journal.record(refused)).toBe(true);
    }
    expect(changes).toEqual([false]);
    for (let pid = 40_000; pid < 40_400; pid += 4) expect(journal.begin(makeAction(pid))).toBe(true);
    expect(journal.unfinished()).toHaveLength(100);
    journal.close();
  });

  it('has none when the disk is full before it could take any, until there is room', () => {
    const journal = new ResponseJournalFile(file);
    disk.fill();
    journal.keepReserve((isWhole) => changes.push(isWhole));
    expect(changes).toEqual([false]);
    expect(() => {
      for (let pid = 4_000; pid < 40_000; pid += 4) journal.begin(makeAction(pid));
    }).toThrow(/full/i);
    disk.clear();
    const action = makeAction(80_000);
    expect(journal.begin(action)).toBe(true);
    journal.finish(action.id, endWithout(noonMs, 'audited'));
    expect(changes).toEqual([false, true]);
    journal.close();
  });

  it('is opened on a full disk: what is held is resumed, nothing is acted on, and there is room again later', async () => {
    const processes = new FakeProcesses();
    processes.start({ pid: 4240, createdMs: noonMs });
    const before = new ResponseWorld(processes, { mode: 'suspend' }, file);
    const stage = new ResponseStage(before.parts);
    stage.take(...flagged());
    await stage.settle();
    expect(processes.frozen).toHaveLength(1);
    before.journal.close();

    disk.fill();
    const world = new ResponseWorld(processes, { mode: 'terminate' }, file);
    world.journal.keepReserve((isWhole) => changes.push(isWhole));
    const next = new ResponseStage(world.parts);
    await next.start();
    expect(processes.frozen).toEqual([]);
    processes.start({ pid: 4244, createdMs: noonMs });
    next.take(...flagged({ pid: 4244 }));
    await next.settle();
    expect(processes.running.has(4244)).toBe(true);
    expect(world.failed.length).toBeGreaterThan(0);
    expect(changes).toEqual([false]);

    disk.clear();
    processes.start({ pid: 4248, createdMs: noonMs });
    next.take(...flagged({ pid: 4248 }));
    await next.settle();
    expect(world.outcomes.at(-1)).toBe('terminate 4248: terminated');
    expect(changes).toEqual([false, true]);
    world.journal.close();
  });

  it('cannot be begun on a full disk, and says so', () => {
    disk.fill();
    expect(open).toThrow(
      expect.objectContaining({ code: 'PC_STORE_FULL', message: expect.stringContaining(disk.folder) }),
    );
  });

  it('lets the agent act, and act on nothing that it cannot write down', async () => {
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, { mode: 'terminate' }, file);
    world.journal.keepReserve((isWhole) => changes.push(isWhole));
    const stage = new ResponseStage(world.parts);
    const take = async (pid: number): Promise<void> => {
      processes.start({ pid, createdMs: noonMs });
      stage.take(...flagged({ pid }));
      await stage.settle();
    };
    disk.fill();
    await take(4240);
    expect(world.outcomes).toEqual(['terminate 4240: terminated']);
    expect(() => {
      for (let pid = 8_000; ; pid += 4) world.journal.begin(makeAction(pid));
    }).toThrow(/full/i);
    await take(4244);
    expect(world.outcomes).toHaveLength(1);
    expect(world.failed).toHaveLength(1);
    expect(processes.running.has(4244)).toBe(true);
    disk.clear();
    await take(4248);
    expect(world.outcomes.at(-1)).toBe('terminate 4248: terminated');
    world.journal.close();
  });
});

import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileOpening } from '../../../src/response/evidence/file-opening.ts';
import { EvidenceCollector, EvidenceFiles, ResponseStage } from '../../../src/response/index.ts';
import { FakeProcesses } from '../fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from '../response-world.ts';
import { FakeLook } from './fake-look.ts';

describe('the opening of files', () => {
  function opening() {
    const asked: string[] = [];
    const answers = new Map<string, PromiseWithResolvers<FileHandle | string>>();
    const open = (path: string) => {
      asked.push(path);
      const answer = Promise.withResolvers<FileHandle | string>();
      answers.set(path, answer);
      return answer.promise;
    };
    return { asked, answer: (path: string) => answers.get(path)!, files: new FileOpening(open, 20) };
  }

  it('goes one after the other', async () => {
    const { asked, answer, files } = opening();
    const both = [files.open('a'), files.open('b')];
    await wait(0);
    expect(asked).toEqual(['a']);
    answer('a').resolve('no a');
    await both[0];
    await wait(0);
    answer('b').resolve('no b');
    expect(await Promise.all(both)).toEqual(['no a', 'no b']);
  });

  it('does not wait for one that is held back, opens no other meanwhile, and closes it when it comes', async () => {
    const { asked, answer, files } = opening();
    const both = [files.open('held'), files.open('next')];
    expect(await both[0]).toBe('it is held back: it could not be opened within 20 ms');
    expect(await both[1]).toContain('another file is held back');
    expect(asked).toEqual(['held']);
    let closed = 0;
    const late = { close: async () => closed++ } as unknown as FileHandle;
    answer('held').resolve(late);
    await wait(0);
    expect(closed).toBe(1);
    const again = files.open('again');
    await wait(0);
    answer('again').resolve(late);
    expect(await again).toBe(late);
    expect(closed).toBe(1);
  });
});

describe.skipIf(process.platform === 'win32')('a module that somebody holds back', () => {
  let folder: string;
  let held: string;
  let processes: FakeProcesses;
  let world: ResponseWorld;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'pc-held-')));
    held = join(folder, 'held.dll');
    // Its opening waits for a writer, as that of a file under an opportunistic lock waits for whoever holds that.
    execFileSync('mkfifo', [held]);
    writeFileSync(join(folder, 'free.dll'), 'MZ');
    processes = new FakeProcesses();
    const budget = { perMinute: 50, perHour: 50, perUser: 50, perImage: 50 };
    world = new ResponseWorld(processes, { mode: 'terminate', budget });
  });

  afterEach(async () => {
    await letGo();
    world.journal.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Lets the opening end, so that the next one is not refused for it. */
  async function letGo(): Promise<void> {
    try {
      closeSync(openSync(held, constants.O_WRONLY | constants.O_NONBLOCK));
    } catch (error) {
      // Nobody waits for it.
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
    }
    await wait(20);
  }

  function openStage(change: (look: FakeLook) => void = () => undefined): ResponseStage {
    const limits = {
      waitMs: 20,
      timeoutMs: 60_000,
      maxFileBytes: 1_000_000,
      maxTotalBytes: 10_000_000,
      secretNames: [],
    };
    const module = { ntPath: undefined, base: '0x1000', bytes: 4_096 };
    const look = new FakeLook(
      [],
      [held, join(folder, 'free.dll')].map((path) => ({ ...module, path })),
    );
    change(look);
    const files = new EvidenceFiles(join(folder, 'bundles'));
    const collector = new EvidenceCollector(files, limits, look);
    return new ResponseStage({ ...world.parts, evidence: () => collector });
  }

  it('keeps neither the threads, nor the end of the agent, nor what is suspended', async () => {
    const stage = openStage();
    for (const pid of [4240, 4244, 4248, 4252, 4256]) {
      processes.start({ pid, createdMs: noonMs });
      stage.take(...flagged({ pid }));
    }
    processes.start({ pid: 8000, createdMs: noonMs });
    world.change({ suspendFirst: true });
    stage.take(...flagged({ pid: 8000 }));
    await stage.acted();
    const stopped = stage.stop();
    expect((await stat(folder)).isDirectory()).toBe(true);
    await stopped;
    expect(processes.ended).toHaveLength(5);
    expect(processes.frozen).toEqual([]);
    expect(world.failed).toEqual([]);
    const { manifests } = await new EvidenceFiles(join(folder, 'bundles')).list();
    expect(manifests).toHaveLength(5);
  }, 30_000);

  it('keeps nothing frozen while the end of the agent waits for evidence', async () => {
    const looked = Promise.withResolvers<Awaited<ReturnType<FakeLook['modulesOf']>>>();
    const stage = openStage((look) => {
      look.modulesOf = () => looked.promise;
    });
    processes.start({ pid: 4240, createdMs: noonMs });
    stage.take(...flagged());
    processes.start({ pid: 8000, createdMs: noonMs });
    world.change({ suspendFirst: true });
    stage.take(...flagged({ pid: 8000 }));
    let isStopped = false;
    const stopped = stage.stop().then(() => {
      isStopped = true;
    });
    await vi.waitFor(() => expect(world.outcomes).toContain('resume 8000: resumed'), 10_000);
    expect([processes.frozen, isStopped]).toEqual([[], false]);
    looked.reject(new Error('no more'));
    await stopped;
  });
});

/**
 * Carries a response out over processes that live in a file. Run as a program it kills itself with SIGKILL at the
 * step that its arguments name: scenario, folder, step, `act` or `recover`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EvidenceCollector, EvidenceFiles, ResponseStage } from '../../src/response/index.ts';
import { FakeLook } from '../response/evidence/fake-look.ts';
import { type FakeProcess, FakeProcesses } from '../response/fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from '../response/response-world.ts';

const policies = {
  terminate: { mode: 'terminate' },
  tree: { mode: 'terminate', target: 'tree' },
  hold: { mode: 'terminate', suspendFirst: true, holdMinRarity: 0 },
  resume: { mode: 'terminate', suspendFirst: true, holdMinRarity: 100 },
  suspend: { mode: 'suspend' },
  evidence: { mode: 'terminate' },
} as const;

const limits = {
  waitMs: 1_000,
  timeoutMs: 10_000,
  maxFileBytes: 1_000_000,
  maxTotalBytes: 10_000_000,
  secretNames: [],
};

export type Scenario = keyof typeof policies;
/** What only reads the journal. */
const reads: ReadonlySet<string | symbol> = new Set(['has', 'holds', 'unfinished', 'spentSince']);

export const scenarios = Object.keys(policies) as readonly Scenario[];
export type Phase = 'act' | 'recover';

export interface Report {
  readonly failed: readonly string[];
  readonly frozen: readonly number[];
  readonly holds: number;
  readonly unfinished: number;
  /** Actions in the journal. */
  readonly journal: readonly string[];
  /** What was really done to processes, over all runs. */
  readonly done: readonly string[];
}

/** The operating system, which survives the agent. */
interface SavedSystem {
  readonly running: readonly (Partial<FakeProcess> & { readonly pid: number; readonly createdMs: number })[];
  readonly done: readonly string[];
}

export async function runVictim(
  scenario: Scenario,
  folder: string,
  phase: Phase,
  step: () => void,
): Promise<Report> {
  const systemFile = join(folder, 'system.json');
  const processes = new FakeProcesses();
  const done: string[] = [];
  function save(): void {
    const running = [...processes.running.values()].map(({ pid, createdMs, parentPid, suspendCount }) => ({
      pid,
      createdMs,
      parentPid,
      suspendCount,
    }));
    writeFileSync(systemFile, JSON.stringify({ running, done }));
  }
  if (existsSync(systemFile)) {
    const saved = JSON.parse(readFileSync(systemFile, 'utf8')) as SavedSystem;
    for (const each of saved.running) processes.start(each);
    done.push(...saved.done);
  } else {
    processes.start({ pid: 4240, createdMs: noonMs });
    processes.start({ pid: 4244, createdMs: noonMs + 1, parentPid: 4240 });
    save();
  }

  /** Every method call becomes two steps, with what it did to the system saved in between. */
  function withSteps<T extends object>(target: T): T {
    return new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        // To be killed before or after it is to be killed after the last write.
        if (reads.has(name)) return value.bind(target);
        return (...args: unknown[]) => {
          step();
          const result: unknown = value.apply(target, args);
          const after = (settled: unknown): unknown => {
            if (target === (processes as object)) {
              const { outcome } = settled as { readonly outcome: string };
              if (outcome !== 'none') done.push(`${String(name)} ${outcome}`);
              save();
            }
            step();
            return settled;
          };
          return result instanceof Promise ? result.then(after) : after(result);
        };
      },
    });
  }

  const world = new ResponseWorld(withSteps(processes), policies[scenario], join(folder, 'journal.db'));
  world.nowMs = phase === 'recover' ? noonMs + 20_000 : noonMs + 10;
  const evidence = new EvidenceCollector(new EvidenceFiles(join(folder, 'evidence')), limits, new FakeLook());
  const stage = new ResponseStage({
    ...world.parts,
    journal: withSteps(world.journal),
    evidence: () => (scenario === 'evidence' ? evidence : undefined),
  });
  if (phase === 'recover') await stage.start();
  // After a crash the source hands the same event over again.
  stage.take(...flagged({ rarity: 60 }));
  await stage.settle();
  if (phase === 'act') world.nowMs += 10_000;
  stage.tick();
  await stage.settle();
  // In suspend mode the process stays suspended for a person; the next start lets it go.
  if (phase === 'recover') await stage.start();
  const report = {
    failed: world.failed.map(String),
    frozen: processes.frozen.map(({ pid }) => pid),
    holds: world.journal.holds().length,
    unfinished: world.journal.unfinished().length,
    journal: [...world.journal.documents()].map((text) => JSON.parse(text).event.action as string),
    done,
  };
  world.journal.close();
  return report;
}

if (import.meta.main) {
  const [scenario, folder = '', lastStep, phase] = process.argv.slice(2);
  let steps = 0;
  await runVictim(scenario as Scenario, folder, phase as Phase, () => {
    if (steps++ === Number(lastStep)) process.kill(process.pid, 'SIGKILL');
  });
}

import type { LiveFacts } from '../../src/response/guard/index.ts';
import type { ProcessAct, ProcessPort, ProcessTarget, TreeAct } from '../../src/response/index.ts';

const epochTicks = 116_444_736_000_000_000n;

/** What a simulated process is; everything has an ordinary default. */
export interface FakeProcess extends LiveFacts {
  readonly createdMs: number;
  suspendCount: number;
}

function ticksOf(timeMs: number): bigint {
  return BigInt(Math.round(timeMs * 10_000)) + epochTicks;
}

/** Processes by pid, as Windows has them: one at a time under each pid. Acts check identity like the native layer. */
export class FakeProcesses implements ProcessPort {
  readonly running = new Map<number, FakeProcess>();
  readonly calls: string[] = [];
  readonly ended: FakeProcess[] = [];
  /** Runs before each call is carried out: the world goes on while the agent waits. */
  between: () => void | Promise<void> = () => undefined;
  /** Whether Windows says which processes are suspended. */
  tellsSuspension = true;
  /** Codes that the next acts of a verb answer with instead of acting. */
  readonly failures = new Map<string, string>();

  start(facts: Partial<FakeProcess> & { readonly pid: number; readonly createdMs: number }): FakeProcess {
    const process: FakeProcess = {
      parentPid: 3300,
      critical: false,
      debugged: false,
      exiting: false,
      protection: 0,
      userSid: 'S-1-5-21-1-2-3-1001',
      imagePath: 'C:\\Windows\\System32\\cmd.exe',
      startName: undefined,
      trustedSignature: true,
      microsoftRoot: true,
      suspendCount: 0,
      ...facts,
      created: ticksOf(facts.createdMs),
      get suspended() {
        return this.suspendCount > 0;
      },
    };
    this.running.set(facts.pid, process);
    return process;
  }

  get frozen(): FakeProcess[] {
    return [...this.running.values()].filter(({ suspendCount }) => suspendCount > 0);
  }

  query(target: ProcessTarget): Promise<ProcessAct> {
    return this.#act('query', target, () => 'none');
  }

  look(target: ProcessTarget): ProcessAct {
    const act = this.#actNow('look', target, () => 'none');
    return { ...act, facts: { ...act.facts, trustedSignature: undefined, microsoftRoot: false } };
  }

  suspend(target: ProcessTarget): Promise<ProcessAct> {
    return this.#act('suspend', target, (process) => {
      process.suspendCount++;
      return 'suspended';
    });
  }

  freeze(target: ProcessTarget): ProcessAct {
    return this.#actNow('freeze', target, (process) => {
      process.suspendCount++;
      return 'suspended';
    });
  }

  resume(target: ProcessTarget): Promise<ProcessAct> {
    return this.#act('resume', target, (process) => {
      process.suspendCount = Math.max(0, process.suspendCount - 1);
      return 'resumed';
    });
  }

  /** Done before it returns; whatever makes others wait makes whoever waits for the end wait here. */
  async terminate(target: ProcessTarget): Promise<ProcessAct> {
    this.calls.push(`terminate ${target.pid}`);
    const waiting = this.between();
    const act = this.#carryOut('terminate', target, (process) => this.#end(process));
    await waiting;
    return act;
  }

  async tree(target: ProcessTarget): Promise<TreeAct> {
    const act = await this.#act('tree', target, () => 'none');
    const members = act.code === 'PC_OK' ? this.#members(target.pid) : [];
    return { ...act, members, found: members.length, ended: 0 };
  }

  async terminateTree(target: ProcessTarget, { treeLimit } = { treeLimit: 256 }): Promise<TreeAct> {
    let members: TreeAct['members'] = [];
    // As the native layer, which refuses a limit beyond what it can look at.
    if (treeLimit > 4_096) throw new RangeError('PC_E_ARGUMENT');
    let isTooLarge = false;
    const act = await this.#act('terminateTree', target, () => {
      members = this.#members(target.pid);
      isTooLarge = members.length > treeLimit;
      if (isTooLarge) return 'none';
      for (const { pid } of members) this.#end(this.running.get(pid)!);
      return 'terminated';
    });
    const ended = act.outcome === 'terminated' ? members.length : 0;
    return {
      ...act,
      ...(isTooLarge ? { code: 'PC_E_TREE_LIMIT' } : {}),
      members,
      found: members.length,
      ended,
    };
  }

  #end(process: FakeProcess): 'terminated' {
    this.running.delete(process.pid);
    this.ended.push(process);
    return 'terminated';
  }

  #members(root: number, depth = 0): TreeAct['members'] {
    const process = this.running.get(root);
    if (process === undefined) return [];
    const children = [...this.running.values()].filter(
      ({ parentPid, created }) => parentPid === root && created > process.created,
    );
    return [
      { pid: root, created: process.created, depth, outcome: 'none', code: 'PC_OK' },
      ...children.flatMap(({ pid }) => this.#members(pid, depth + 1)),
    ];
  }

  async #act(
    verb: string,
    target: ProcessTarget,
    act: (process: FakeProcess) => ProcessAct['outcome'],
  ): Promise<ProcessAct> {
    this.calls.push(`${verb} ${target.pid}`);
    await this.between();
    return this.#carryOut(verb, target, act);
  }

  /** The world may have gone on before such a call, but does not while it is made. */
  #actNow(
    verb: string,
    target: ProcessTarget,
    act: (process: FakeProcess) => ProcessAct['outcome'],
  ): ProcessAct {
    this.calls.push(`${verb} ${target.pid}`);
    void this.between();
    return this.#carryOut(verb, target, act);
  }

  #carryOut(
    verb: string,
    { pid, createdMs, toleranceMs }: ProcessTarget,
    act: (process: FakeProcess) => ProcessAct['outcome'],
  ): ProcessAct {
    const process = this.running.get(pid);
    if (process === undefined) return { code: 'PC_E_NOT_FOUND', cause: '', outcome: 'none', facts: nobody };
    const offBy = ticksOf(createdMs) - process.created;
    const tolerance = BigInt(Math.max(3, Math.ceil(toleranceMs * 10_000)));
    // A copy: facts are of the moment they were read.
    // The library's own facts have more than the port asks for, some of it beyond JSON.
    const suspended = this.tellsSuspension ? process.suspended : undefined;
    const facts = { ...process, suspended, parentCreated: process.created };
    if (offBy > tolerance || -offBy > tolerance) {
      return { code: 'PC_E_IDENTITY', cause: '', outcome: 'none', facts };
    }
    const failure = this.failures.get(verb);
    if (failure !== undefined) return { code: failure, cause: 'made to fail', outcome: 'failed', facts };
    if (verb !== 'query' && verb !== 'look' && process.critical !== false) {
      return { code: 'PC_E_CRITICAL', cause: '', outcome: 'none', facts };
    }
    return { code: 'PC_OK', cause: '', outcome: act(process), facts };
  }
}

const nobody: LiveFacts = {
  pid: 0,
  created: 0n,
  parentPid: undefined,
  critical: undefined,
  debugged: undefined,
  exiting: false,
  suspended: false,
  protection: undefined,
  userSid: undefined,
  imagePath: undefined,
  startName: undefined,
  trustedSignature: undefined,
  microsoftRoot: false,
};

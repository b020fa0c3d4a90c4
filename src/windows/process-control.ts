import { askSignature, code, justAct, nameOfCode, outcome, structBytes } from './abi.ts';
import { newCause, newStruct, readCause } from './call-buffers.ts';
import { toFileTime } from './filetime.ts';
import type { NativeLibrary } from './native-library.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';

/** A process by what cannot be reused. */
export interface ProcessTarget {
  readonly pid: number;
  /** Creation time, ms since the epoch. */
  readonly createdMs: number;
  /**
   * How far the process's creation time may be from `createdMs`, either way: what the source that named
   * the process rounds by. Never less than a double's own rounding.
   */
  readonly toleranceMs: number;
}

export interface ActOptions {
  /** How long to wait for the outcome. */
  readonly timeoutMs?: number;
  /** Most processes of a tree that may be ended. */
  readonly treeLimit?: number;
}

export type Outcome = 'none' | 'suspended' | 'resumed' | 'terminated' | 'pending' | 'failed' | 'gone';

export interface ActResult {
  /** `PC_OK`, or why the act was refused or failed: `PC_E_IDENTITY`, `PC_E_CRITICAL`, … */
  readonly code: string;
  /** The system call behind it: `OpenProcess: Win32 error 5`. */
  readonly cause: string;
  readonly outcome: Outcome;
  readonly exitCode: number | undefined;
  /** From the call until the act's system call returned. */
  readonly actMs: number;
  readonly totalMs: number;
  readonly facts: ProcessFacts;
}

export interface TreeResult extends ActResult {
  readonly members: readonly TreeMember[];
  /** Members found and members ended; `members` lists no more than the tree limit. */
  readonly found: number;
  readonly ended: number;
}

export interface TreeMember {
  readonly pid: number;
  readonly parentPid: number;
  readonly created: bigint;
  /** The root is 0. */
  readonly depth: number;
  readonly outcome: Outcome;
  readonly code: string;
}

const outcomes: Readonly<Record<number, Outcome>> = {
  [outcome.NONE]: 'none',
  [outcome.SUSPENDED]: 'suspended',
  [outcome.RESUMED]: 'resumed',
  [outcome.TERMINATED]: 'terminated',
  [outcome.PENDING]: 'pending',
  [outcome.FAILED]: 'failed',
  [outcome.GONE]: 'gone',
};

const defaultTreeLimit = 256;
/** What toFileTime may be off by. */
const minToleranceTicks = 3n;

/**
 * Acts on processes by identity. The library checks on the handle it acts on; a refusal is a result here,
 * not an exception. Calls that may wait, for a file or an outcome, run off the main thread.
 */
export class ProcessControl {
  readonly #library: NativeLibrary;

  constructor(library: NativeLibrary) {
    this.#library = library;
  }

  query(target: ProcessTarget): Promise<ActResult> {
    return this.#act('pc_process_query', target, {}, askSignature);
  }

  /**
   * As {@link query}, at once and without the signature: system calls that answer from the kernel's memory. A turn on a
   * pool thread takes longer than they do, and much longer when processors are scarce.
   */
  look(target: ProcessTarget): ActResult {
    return this.#runNow('pc_process_query', requestFor(target));
  }

  /** What runs under this pid now, whatever it is. */
  queryPid(pid: number): Promise<ActResult> {
    return this.#run('pc_process_query', newRequest(pid, 0n, 0n, {}, askSignature));
  }

  suspend(target: ProcessTarget, options: ActOptions = {}): Promise<ActResult> {
    return this.#act('pc_process_suspend', target, options);
  }

  /** As {@link suspend}, at once and without the look afterwards, which takes some milliseconds. */
  freeze(target: ProcessTarget): ActResult {
    return this.#runNow('pc_process_suspend', requestFor(target, {}, justAct));
  }

  /** Undoes one suspend: they nest. */
  resume(target: ProcessTarget, options: ActOptions = {}): Promise<ActResult> {
    return this.#act('pc_process_resume', target, options);
  }

  /** It is told to end before this returns; only its end is waited for elsewhere, on the handle that was acted on. */
  async terminate(target: ProcessTarget, options: ActOptions = {}): Promise<ActResult> {
    const { pc_process_begin_end, pc_process_await_end, pc_close } = this.#library.call;
    const request = requestFor(target, options);
    const result = newStruct(structBytes.processResult);
    const ending = Buffer.alloc(8);
    const cause = newCause();
    const told = pc_process_begin_end(request, result, ending, cause);
    // No handle was left for it, and nothing was done: in one call it needs none.
    if (told === code.E_MEMORY) return this.#run('pc_process_terminate', request);
    if (told !== code.OK) return readResult(told, result, cause);
    const handle = ending.readBigUInt64LE();
    try {
      return readResult(await pc_process_await_end.inBackground(handle, result, cause), result, cause);
    } catch (error) {
      pc_close(handle);
      return { ...readResult(code.E_NOT_ENDED, result, cause), cause: String(error) };
    }
  }

  terminateTree(target: ProcessTarget, options: ActOptions = {}): Promise<TreeResult> {
    return this.#tree('pc_process_terminate_tree', target, options);
  }

  /** Who {@link terminateTree} would end, untouched. */
  tree(target: ProcessTarget, options: ActOptions = {}): Promise<TreeResult> {
    return this.#tree('pc_process_tree', target, options);
  }

  #act(
    name: 'pc_process_query' | 'pc_process_suspend' | 'pc_process_resume',
    target: ProcessTarget,
    options: ActOptions,
    flags = 0,
  ): Promise<ActResult> {
    return this.#run(name, requestFor(target, options, flags));
  }

  #runNow(name: 'pc_process_query' | 'pc_process_suspend', request: Buffer): ActResult {
    const result = newStruct(structBytes.processResult);
    const cause = newCause();
    return readResult(this.#library.call[name](request, result, cause), result, cause);
  }

  async #run(
    name: 'pc_process_query' | 'pc_process_suspend' | 'pc_process_resume' | 'pc_process_terminate',
    request: Buffer,
  ): Promise<ActResult> {
    const result = newStruct(structBytes.processResult);
    const cause = newCause();
    return readResult(await this.#library.call[name].inBackground(request, result, cause), result, cause);
  }

  async #tree(
    name: 'pc_process_terminate_tree' | 'pc_process_tree',
    target: ProcessTarget,
    options: ActOptions,
  ): Promise<TreeResult> {
    const capacity = options.treeLimit ?? defaultTreeLimit;
    const result = newStruct(structBytes.processResult);
    const members = Buffer.alloc(capacity * structBytes.treeMember);
    const count = Buffer.alloc(4);
    const cause = newCause();
    const answer = await this.#library.call[name].inBackground(
      requestFor(target, { ...options, treeLimit: capacity }, 0),
      result,
      members,
      capacity,
      count,
      cause,
    );
    return {
      ...readResult(answer, result, cause),
      members: readMembers(members, Math.min(count.readUInt32LE(), capacity)),
      found: result.readUInt32LE(32),
      ended: result.readUInt32LE(36),
    };
  }
}

/** A pc_process_request for the process that the target means. */
export function requestFor(target: ProcessTarget, options: ActOptions = {}, flags = 0): Buffer {
  const ticks = BigInt(Math.ceil(target.toleranceMs * 10_000));
  const tolerance = ticks > minToleranceTicks ? ticks : minToleranceTicks;
  return newRequest(target.pid, toFileTime(target.createdMs), tolerance, options, flags);
}

function newRequest(
  pid: number,
  created: bigint,
  tolerance: bigint,
  options: ActOptions,
  flags: number,
): Buffer {
  const request = newStruct(structBytes.processRequest);
  request.writeUInt32LE(pid, 4);
  request.writeBigUInt64LE(created, 8);
  request.writeBigUInt64LE(tolerance, 16);
  request.writeUInt32LE(flags, 24);
  request.writeUInt32LE(options.timeoutMs ?? 0, 28);
  request.writeUInt32LE(options.treeLimit ?? 0, 36);
  return request;
}

function readResult(answer: number, result: Buffer, cause: Buffer): ActResult {
  const reached = outcomes[result.readUInt32LE(4)] ?? 'failed';
  return {
    code: nameOfCode(answer),
    cause: answer === code.OK ? '' : readCause(cause),
    outcome: reached,
    exitCode: reached === 'terminated' || reached === 'gone' ? result.readUInt32LE(8) : undefined,
    actMs: Number(result.readBigUInt64LE(16)) / 1e6,
    totalMs: Number(result.readBigUInt64LE(24)) / 1e6,
    facts: readProcessFacts(result.subarray(64)),
  };
}

function readMembers(members: Buffer, count: number): TreeMember[] {
  return Array.from({ length: count }, (_, index) => {
    const member = members.subarray(index * structBytes.treeMember, (index + 1) * structBytes.treeMember);
    return {
      pid: member.readUInt32LE(0),
      parentPid: member.readUInt32LE(4),
      created: member.readBigUInt64LE(8),
      depth: member.readUInt32LE(16),
      outcome: outcomes[member.readUInt32LE(20)] ?? 'failed',
      code: nameOfCode(member.readInt32LE(24)),
    };
  });
}

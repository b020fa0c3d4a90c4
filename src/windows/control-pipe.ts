import { callerIs, code, pipeClients, pipeWriteBytes, structBytes } from './abi.ts';
import { asciiAt, newCause, newStruct, toWide, wideAt } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

/** A client of a pipe, as its token says. */
export interface PipeCaller {
  /** 0 when Windows does not say. */
  readonly pid: number;
  readonly sid: string;
  /** `DOMAIN\name`; `undefined` when the SID has no name. */
  readonly account: string | undefined;
  /** With its rights in force: not for a token whose Administrators only deny. */
  readonly isAdministrator: boolean;
  /** Of the group that was asked about. */
  readonly isInGroup: boolean;
}

/** What a member of the reading group needs: to read and to write, not to serve (0x4), change or own. */
const clientRights = '0x12019b';

/** Security descriptor of a pipe for SYSTEM, Administrators and, to ask on it, one more group. */
export function pipeDescriptor(groupSid: string | null): string {
  const group = groupSid === null ? '' : `(A;;${clientRights};;;${groupSid})`;
  return `O:BAG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)${group}`;
}

export interface PipeServerOptions {
  /** Without `\\.\pipe\`. */
  readonly name: string;
  /** SDDL. */
  readonly descriptor: string;
  /** At most 32. */
  readonly clients: number;
}

/** A named pipe of this machine. Its calls never wait, so they are made on the main thread. */
export class PipeServer {
  readonly #library: NativeLibrary;
  readonly #handle: bigint;

  private constructor(library: NativeLibrary, handle: bigint) {
    this.#library = library;
    this.#handle = handle;
  }

  /** @throws AgentError PC_NATIVE_ACCESS when the name is taken */
  static create(library: NativeLibrary, { name, descriptor, clients }: PipeServerOptions): PipeServer {
    const path = toWide(pathOf(name));
    const sddl = toWide(descriptor);
    const handle = Buffer.alloc(8);
    const cause = newCause();
    const result = library.call.pc_pipe_create(
      path.bytes,
      path.units,
      sddl.bytes,
      sddl.units,
      Math.min(clients, pipeClients),
      handle,
      cause,
    );
    library.check(result, cause, `the pipe ${name} could not be created`);
    return new PipeServer(library, handle.readBigUInt64LE());
  }

  /** The next client, if one is there. */
  accept(): PipeConnection | undefined {
    const handle = Buffer.alloc(8);
    const cause = newCause();
    const result = this.#library.call.pc_pipe_accept(this.#handle, 0, handle, cause);
    const reached = this.#library.check(
      result,
      cause,
      'no client could be accepted',
      code.TIMEOUT,
      code.ENDED,
    );
    return reached === code.OK ? new PipeConnection(this.#library, handle.readBigUInt64LE()) : undefined;
  }

  close(): void {
    this.#library.call.pc_close(this.#handle);
  }
}

/** One end of a pipe. */
export class PipeConnection {
  readonly #library: NativeLibrary;
  readonly #handle: bigint;
  readonly #buffer = Buffer.alloc(pipeWriteBytes);
  readonly #count = Buffer.alloc(4);
  readonly #cause = newCause();

  /** Takes a handle of the library over. */
  constructor(library: NativeLibrary, handle: bigint) {
    this.#library = library;
    this.#handle = handle;
  }

  /**
   * Connects to a pipe that SYSTEM or Administrators own.
   * @throws AgentError PC_NATIVE_NOT_FOUND when nobody listens, PC_NATIVE_ACCESS when it is not for this account,
   * PC_NATIVE_OWNER when it belongs to somebody else
   */
  static connect(library: NativeLibrary, name: string, timeoutMs: number): PipeConnection {
    const path = toWide(pathOf(name));
    const handle = Buffer.alloc(8);
    const cause = newCause();
    const result = library.call.pc_pipe_connect(path.bytes, path.units, timeoutMs, handle, cause);
    library.check(result, cause, `no connection to the pipe ${name}`);
    return new PipeConnection(library, handle.readBigUInt64LE());
  }

  /** What is there: bytes, nothing yet, or the end. */
  read(): Uint8Array | 'nothing' | 'ended' {
    const { call } = this.#library;
    const result = call.pc_pipe_read(
      this.#handle,
      this.#buffer,
      this.#buffer.length,
      0,
      this.#count,
      this.#cause,
    );
    this.#library.check(
      result,
      this.#cause,
      'the pipe could not be read',
      code.TIMEOUT,
      code.ENDED,
      code.E_HANDLE,
    );
    if (result === code.TIMEOUT) return 'nothing';
    if (result !== code.OK) return 'ended';
    return Uint8Array.from(this.#buffer.subarray(0, this.#count.readUInt32LE()));
  }

  /**
   * Takes all of up to 64 KiB, or nothing while the other side has not taken what was written before. With no bytes it
   * only says whether that is so.
   */
  write(bytes: Uint8Array): 'taken' | 'full' | 'ended' {
    const { call } = this.#library;
    const result = call.pc_pipe_write(
      this.#handle,
      bytes.length === 0 ? null : bytes,
      bytes.length,
      0,
      this.#cause,
    );
    this.#library.check(
      result,
      this.#cause,
      'the pipe could not be written',
      code.TIMEOUT,
      code.ENDED,
      code.E_HANDLE,
    );
    if (result === code.TIMEOUT) return 'full';
    return result === code.OK ? 'taken' : 'ended';
  }

  /** Who is there; once something was read. In the background: an account's name may be far away. */
  async identify(groupSid: string | null): Promise<PipeCaller> {
    const caller = newStruct(structBytes.pipeCaller);
    const cause = newCause();
    const group = groupSid === null ? undefined : toWide(groupSid);
    const result = await this.#library.call.pc_pipe_caller.inBackground(
      this.#handle,
      group?.bytes ?? null,
      group?.units ?? 0,
      caller,
      cause,
    );
    this.#library.check(result, cause, 'a client of the pipe could not be identified');
    const bits = caller.readUInt32LE(8);
    const units = caller.readUInt32LE(12);
    return {
      pid: caller.readUInt32LE(4),
      sid: asciiAt(caller, 16, 192),
      account: units === 0 ? undefined : wideAt(caller, 208, units),
      isAdministrator: (bits & callerIs.ADMINISTRATOR) !== 0,
      isInGroup: (bits & callerIs.IN_GROUP) !== 0,
    };
  }

  close(): void {
    this.#library.call.pc_close(this.#handle);
  }
}

function pathOf(name: string): string {
  return `\\\\.\\pipe\\${name}`;
}

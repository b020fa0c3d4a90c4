import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AgentError, messageOf } from '../../errors/index.ts';

/** Longest path of a Unix socket that every system takes, in bytes. */
const maxPathBytes = 103;

const writableByOthers = 0o022;

/** A folder of the agent's own in which a socket is made ready before anybody can reach it. */
export interface SocketNursery {
  /** Where to listen. */
  readonly path: string;
  /** Closes the socket to other accounts and puts it where clients look, in place of a stale one. */
  publish(): void;
  discard(): void;
}

/**
 * @throws AgentError PC_CONTROL_OPEN when the folder belongs to or is writable by others, or something that is no
 * socket is in the way
 */
export function prepareSocket(path: string): SocketNursery {
  assertSafeFolder(dirname(path));
  const there = lookAt(path);
  if (there !== undefined && !there.isSocket()) throw refuse(path, 'a file that is no socket is in the way');
  if (there !== undefined && !isOwn(there)) throw refuse(path, 'a socket of another account is in the way');
  const folder = makeFolder(path);
  const young = join(folder, 's');
  if (Buffer.byteLength(young) > maxPathBytes) {
    rmdirSync(folder);
    throw refuse(path, 'the path is too long for a Unix socket; set control.socket to a shorter one');
  }
  return {
    path: young,
    publish() {
      chmodSync(young, 0o600);
      renameSync(young, path);
      rmdirSync(folder);
    },
    discard() {
      removeQuietly(young);
      rmdirSync(folder);
    },
  };
}

/** Takes the socket away, unless another agent has put its own there since. */
export function removeSocket(path: string, inode: bigint): void {
  if (inodeOf(path) === inode) removeQuietly(path);
}

export function inodeOf(path: string): bigint | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

/**
 * For clients: whether a socket is there. @throws AgentError PC_CONTROL_DENIED when somebody else put it there
 */
export function findSocket(path: string): boolean {
  const there = lookAt(path);
  if (there === undefined || !there.isSocket()) return false;
  if (process.getuid?.() !== 0 && !isOwn(there)) {
    throw new AgentError('PC_CONTROL_DENIED', `${path} belongs to another account`, { where: path });
  }
  return true;
}

function assertSafeFolder(folder: string): void {
  let stats: Stats;
  try {
    stats = statSync(folder);
  } catch (cause) {
    throw refuse(folder, messageOf(cause));
  }
  if (!stats.isDirectory()) throw refuse(folder, 'it is no folder');
  if (!isOwn(stats)) throw refuse(folder, 'the folder belongs to another account');
  if ((stats.mode & writableByOthers) !== 0) {
    throw refuse(
      folder,
      'others may write to the folder; take that away, or set control.socket to another one',
    );
  }
}

function isOwn({ uid }: Stats): boolean {
  return uid === 0 || uid === process.getuid?.();
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return undefined;
    throw new AgentError(code === 'EACCES' ? 'PC_CONTROL_DENIED' : 'PC_CONTROL_UNREACHABLE', message, {
      cause,
    });
  }
}

function makeFolder(path: string): string {
  try {
    return mkdtempSync(`${path}-`);
  } catch (cause) {
    throw refuse(path, messageOf(cause));
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or a folder that closes: nothing is left to do about it.
  }
}

function refuse(path: string, why: string): AgentError {
  return new AgentError('PC_CONTROL_OPEN', `${path}: ${why}`, { where: path });
}

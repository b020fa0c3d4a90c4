import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, normalize, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { type ErrorCode, messageOf } from '../errors/index.ts';
import type { Rejection } from './event-source.ts';
import { type Format, type InputKind, kindOfPath } from './input-kind.ts';

/** A file to read, or standard input. */
export interface Input {
  /** As a person would name it: `-`, or a path that begins as the argument it came from does. */
  readonly path: string;
  readonly kind: InputKind;
}

export interface InputList {
  readonly inputs: readonly Input[];
  readonly rejections: readonly Rejection[];
}

/**
 * The files that arguments stand for, each once, in the order of the arguments and by name within a
 * folder or pattern. A path that exists is taken literally even when it looks like a pattern. Files whose
 * names say nothing are passed over in folders and patterns; of those that are named, and of pipes, the
 * first bytes tell the kind.
 */
export async function listInputs(paths: readonly string[], format: Format): Promise<InputList> {
  const inputs: Input[] = [];
  const rejections: Rejection[] = [];
  const seen = new Set<string>();
  const add = (path: string, kind: InputKind): void => {
    const identity = path === '-' ? path : resolve(path);
    if (seen.has(identity)) return;
    seen.add(identity);
    inputs.push({ path, kind });
  };
  const reject = (code: ErrorCode, path: string, message: string): void => {
    rejections.push({ code, position: { source: path, record: 0, offset: 0 }, message });
  };
  for (const path of paths) {
    if (path === '-') {
      add(path, { content: format === 'evtx' ? 'evtx' : 'json', container: 'unknown' });
      continue;
    }
    try {
      const found = await stat(path).catch(ignoreMissing);
      if (found === undefined) await addPattern(path, add, reject);
      else if (found.isDirectory()) await addFolder(path, add, reject);
      else add(path, kindOfNamed(path, found.isFile(), format));
    } catch (error) {
      reject('PC_SOURCE_UNREADABLE', path, messageOf(error));
    }
  }
  return { inputs, rejections };
}

type Add = (path: string, kind: InputKind) => void;
type Reject = (code: ErrorCode, path: string, message: string) => void;

/** What is no file, as the pipe that a shell makes of another command's output, can only be read from its beginning. */
function kindOfNamed(path: string, isFile: boolean, format: Format): InputKind {
  const kind = kindOfPath(path, format);
  if (kind !== undefined && isFile) return kind;
  return { content: kind?.content ?? 'unknown', container: 'unknown' };
}

async function addFolder(path: string, add: Add, reject: Reject): Promise<void> {
  let count = 0;
  const visit = async (folder: string): Promise<void> => {
    let entries: Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      reject('PC_SOURCE_UNREADABLE', folder, messageOf(error));
      count += 1;
      return;
    }
    entries.sort((a, b) => compareNames(a.name, b.name));
    for (const entry of entries) {
      const child = join(folder, entry.name);
      if (entry.isDirectory()) {
        await visit(child);
      } else {
        const kind = kindOfPath(entry.name, 'auto');
        if (kind === undefined || !(await isFile(entry, child))) continue;
        add(child, kind);
        count += 1;
      }
    }
  };
  await visit(normalize(path));
  if (count === 0) reject('PC_SOURCE_MISSING', path, 'no file of a kind that is read is in this folder');
}

async function addPattern(path: string, add: Add, reject: Reject): Promise<void> {
  if (!isDynamicPattern(path)) {
    reject('PC_SOURCE_MISSING', path, 'no such file or folder');
    return;
  }
  // Windows shells hand patterns over unexpanded, with their own separator.
  const pattern = process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
  const found = await glob([pattern], { dot: false, onlyFiles: true, followSymbolicLinks: false });
  let count = 0;
  for (const match of found.sort(compareNames)) {
    const kind = kindOfPath(match, 'auto');
    if (kind === undefined) continue;
    add(match, kind);
    count += 1;
  }
  if (count === 0) reject('PC_SOURCE_MISSING', path, 'the pattern matches no file of a kind that is read');
}

/** Links to files count as files, links to folders are not followed: they may lead round in a circle. */
async function isFile(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  const target = await stat(path).catch(ignoreMissing);
  return target?.isFile() ?? false;
}

/** By code unit, so that the order is the same on every machine. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG') return undefined;
  throw error;
}

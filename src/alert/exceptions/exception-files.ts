import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { AgentError, messageOf } from '../../errors/index.ts';
import { findNearest } from '../../text/index.ts';
import { type ExceptionEntry, ExceptionFileSchema } from './exception-entry.ts';

const setsFolder = fileURLToPath(new URL('./sets', import.meta.url));
const maxFileBytes = 1024 * 1024;

/** Names of the sets that ship with the agent; all are off until the configuration names them. */
export function listShippedSets(): string[] {
  return listYaml(setsFolder).map((name) => name.replace(/\.yml$/, ''));
}

export interface ExceptionSources {
  /** Shipped sets to switch on. */
  readonly sets: readonly string[];
  /** Folder of the organisation's own files, if any. */
  readonly folder: string | undefined;
}

/** Every entry of the named sets and of the folder's files. Throws `PC_EXCEPTION_INVALID` and names the file. */
export function loadExceptions(sources: ExceptionSources): ExceptionEntry[] {
  const known = listShippedSets();
  const files = sources.sets.map((name) => {
    if (known.includes(name)) return join(setsFolder, `${name}.yml`);
    const nearest = findNearest(name, known);
    throw invalid(
      name,
      `there is no shipped set of this name${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    );
  });
  const { folder } = sources;
  if (folder !== undefined) files.push(...listExceptionFiles(folder));
  const owners = new Map<string, string>();
  return files.flatMap((file) =>
    readExceptionFile(file).map((entry) => {
      const owner = owners.get(entry.id);
      if (owner !== undefined) throw invalid(file, `the id ${entry.id} is taken by an entry of ${owner}`);
      owners.set(entry.id, file);
      return entry;
    }),
  );
}

/** The organisation's own files, by name. */
export function listExceptionFiles(folder: string): string[] {
  return listYaml(folder).map((name) => join(folder, name));
}

/** The entries of one file. */
export function readExceptionFile(file: string): ExceptionEntry[] {
  let document: unknown;
  try {
    const stats = statSync(file);
    if (!stats.isFile()) throw invalid(file, 'is no file');
    if (stats.size > maxFileBytes) throw invalid(file, `is larger than ${maxFileBytes} bytes`);
    document = parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw invalid(file, messageOf(error));
  }
  const result = ExceptionFileSchema.safeParse(document);
  if (result.success) return result.data.exceptions;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || '(file)'}: ${issue.message}`,
  );
  throw invalid(file, problems.join('; '));
}

function listYaml(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[^.].*\.ya?ml$/i.test(name))
      .sort();
  } catch (cause) {
    throw new AgentError('PC_EXCEPTION_INVALID', `cannot read the exceptions folder ${folder}`, {
      where: folder,
      cause,
    });
  }
}

function invalid(where: string, what: string): AgentError {
  return new AgentError('PC_EXCEPTION_INVALID', `${where}: ${what}`, { where });
}

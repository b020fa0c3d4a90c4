import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { AgentError, messageOf } from '../../errors/index.ts';
import { type ExceptionEntry, ExceptionEntrySchema } from './exception-entry.ts';
import { listExceptionFiles, loadExceptions, readExceptionFile } from './exception-files.ts';
import { formatVisibleYaml } from './visible-yaml.ts';

const ownFile = 'exceptions.yml';

/**
 * Adds an entry to the organisation's folder and returns the file it went to. Comments and order of the file stay;
 * it is exchanged in one step, so that a reader sees the old one or the new one.
 * @throws AgentError PC_EXCEPTION_INVALID when the entry or the folder is not sound, or the id is taken
 */
export function addException(
  folder: string,
  candidate: unknown,
): { readonly file: string; readonly entry: ExceptionEntry } {
  const parsed = ExceptionEntrySchema.safeParse(candidate);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || '(entry)'}: ${issue.message}`,
    );
    throw invalid('the new entry', problems.join('; '));
  }
  const entry = parsed.data;
  mkdirSync(folder, { recursive: true });
  const taken = loadExceptions({ sets: [], folder }).some(({ id }) => id === entry.id);
  if (taken) throw invalid(folder, `the id ${entry.id} is taken`);
  const file = join(folder, ownFile);
  const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : 'exceptions: []\n');
  const entries = document.get('exceptions');
  if (!isSeq(entries)) throw invalid(file, 'has no list of exceptions');
  entries.flow = false;
  entries.add(document.createNode(toPlain(entry)));
  replaceFile(file, document);
  return { file, entry };
}

/**
 * Takes an entry out of the organisation's folder and returns the file it was in.
 * @throws AgentError PC_EXCEPTION_INVALID when no file of the folder has it
 */
export function removeException(folder: string, id: string): string {
  for (const file of listExceptionFiles(folder)) {
    const at = readExceptionFile(file).findIndex((entry) => entry.id === id);
    if (at < 0) continue;
    const document = parseDocument(readFileSync(file, 'utf8'));
    const entries = document.get('exceptions');
    if (!isSeq(entries)) continue;
    entries.items = entries.items.filter((item) => !(isMap(item) && (item as YAMLMap).get('id') === id));
    if (entries.items.length === 0) entries.flow = true;
    replaceFile(file, document);
    return file;
  }
  throw invalid(folder, `no file of this folder has an entry ${id}`);
}

/** Without what is there by default. */
function toPlain({ response, conditions, ...rest }: ExceptionEntry): object {
  return {
    ...rest,
    ...(response ? { response } : {}),
    conditions: conditions.map((condition) =>
      Object.fromEntries(
        Object.entries(condition).map(([key, value]) => [
          key,
          Array.isArray(value) && value.length === 1 ? value[0] : value,
        ]),
      ),
    ),
  };
}

function replaceFile(file: string, document: Document): void {
  const next = join(dirname(file), `.${ownFile}.${process.pid}.new`);
  try {
    writeFileSync(next, formatVisibleYaml(document, 110), { mode: 0o640 });
    readExceptionFile(next);
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    if (error instanceof AgentError) throw error;
    throw invalid(file, `could not be written: ${messageOf(error)}`);
  }
}

function invalid(where: string, what: string): AgentError {
  return new AgentError('PC_EXCEPTION_INVALID', `${where}: ${what}`, { where });
}

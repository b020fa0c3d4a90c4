import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AgentError, messageOf } from '../../errors/index.ts';
import type { Indicator } from './indicator.ts';
import { parseJsonList } from './ioc-json.ts';
import { IocList } from './ioc-list.ts';
import { type ParsedList, parseCsvList, parsePlainList } from './ioc-text.ts';

const maxFileBytes = 64 * 1024 * 1024;
const maxIndicators = 2_000_000;

export interface LoadedIocs {
  readonly list: IocList;
  /** Entries that are no indicator we can match, by file. */
  readonly skipped: ReadonlyMap<string, number>;
}

/**
 * The indicators of every .txt, .csv and .json (MISP, STIX 2) file of a folder, in the order of their names.
 * Throws `PC_IOC_INVALID` and names the file.
 */
export function loadIocs(folder: string): LoadedIocs {
  const indicators: Indicator[] = [];
  const skipped = new Map<string, number>();
  for (const name of listIocFiles(folder)) {
    const parsed = parseFile(join(folder, name), name);
    for (const indicator of parsed.indicators) indicators.push(indicator);
    if (parsed.skipped > 0) skipped.set(name, parsed.skipped);
    if (indicators.length > maxIndicators) {
      throw invalid(folder, `holds more than ${maxIndicators} indicators`);
    }
  }
  return { list: new IocList(indicators), skipped };
}

function listIocFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(?:txt|csv|json)$/i.test(name))
      .sort();
  } catch (cause) {
    throw invalid(folder, 'cannot be read', cause);
  }
}

function parseFile(path: string, name: string): ParsedList {
  const text = readList(path);
  if (/\.txt$/i.test(name)) return parsePlainList(text, name);
  if (/\.csv$/i.test(name)) return parseCsvList(text, name);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw invalid(path, messageOf(cause), cause);
  }
  const parsed = parseJsonList(document, name);
  if (parsed === undefined) throw invalid(path, 'is neither a MISP event nor a STIX 2 bundle');
  return parsed;
}

/** One that cannot be read refuses the whole folder: nobody would notice the indicators that are missing. */
function readList(path: string): string {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw invalid(path, 'is no file');
    if (stats.size > maxFileBytes) throw invalid(path, `is larger than ${maxFileBytes} bytes`);
    return decodeText(readFileSync(path));
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    throw invalid(path, `cannot be read: ${messageOf(cause)}`, cause);
  }
}

/** By its byte-order mark, else UTF-8: PowerShell 5.1 writes UTF-16, and so does much that was saved as "Unicode". */
function decodeText(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function invalid(where: string, what: string, cause?: unknown): AgentError {
  return new AgentError('PC_IOC_INVALID', `${where}: ${what}`, { where, cause });
}

import { createKeywordScanner } from '../keyword-scanner.ts';
import type { Facts } from '../recent-answers.ts';
import { type FamilyName, families, familyNames } from './lexicon.ts';
import { NormalText } from './normal-text.ts';
import { symbol } from './symbols.ts';

/** Every keyword with its family. */
export const keywords: readonly string[] = familyNames.flatMap((name) => families[name].words);
const familyOfKeyword = Uint8Array.from(
  familyNames.flatMap((name, index) => families[name].words.map(() => index)),
);
export const familyIndex = Object.fromEntries(familyNames.map((name, index) => [name, index])) as Record<
  FamilyName,
  number
>;

const scan = createKeywordScanner(keywords);
const noHits = new Uint16Array(0);

/** A line of an event, child's or parent's, as the features read it. Reused from event to event. */
export class Line {
  readonly text = new NormalText();
  /** Whether the source gave the line at all. */
  present = false;
  /** Units of the raw line after the program's own name. */
  argumentLength = 0;
  /** Whether the raw line begins with a full path, and whether it is quoted. */
  startsWithPath = false;
  hasDecoded = false;
  /** Index in the raw line from which on it did not fit; its length where all was read. */
  readTo = 0;
  /** Whether what is encoded was not read to its end. */
  isDecodedCut = false;
  /** All of it that goes into features, the normal text first: lines with the same facts are one to the features. */
  facts: Facts = [];
  #hits: Uint16Array = noHits;
  readonly #familyCounts = new Uint8Array(familyNames.length);
  #normal = '';
  /** Most lines are known by their facts before anybody asks what words they hold. */
  #isScanned = false;

  read(program: string, commandLine: string | undefined, executable: string | undefined): void {
    const from = commandLine === undefined ? 0 : argumentsStart(commandLine, executable);
    this.readFrom(program, commandLine, from);
  }

  /** The line from `from` on as if these were its arguments, as far as it fits into so many bytes. */
  readFrom(program: string, commandLine: string | undefined, from: number, most?: number): void {
    const { text } = this;
    text.clear();
    this.readTo = 0;
    this.isDecodedCut = false;
    this.present = commandLine !== undefined;
    this.argumentLength = 0;
    this.startsWithPath = false;
    this.hasDecoded = false;
    if (program !== '') text.appendWord(program);
    if (commandLine !== undefined) {
      this.argumentLength = commandLine.length - from;
      const head = commandLine.charCodeAt(0) === 34 ? 1 : 0;
      this.startsWithPath = commandLine.charCodeAt(head + 1) === 58 || commandLine.charCodeAt(head) === 92;
      this.readTo = text.append(commandLine, from, most);
      this.#appendDecoded(commandLine);
    }
    this.#normal = text.toString();
    this.#isScanned = false;
    this.facts = [
      this.#normal,
      this.argumentLength,
      4 * Number(this.present) + 2 * Number(this.startsWithPath) + Number(this.hasDecoded),
      ...Object.values(text.counts),
    ];
  }

  /** Indices of the keywords found, ascending. */
  get hits(): Uint16Array {
    this.#scan();
    return this.#hits;
  }

  get familyCounts(): Uint8Array {
    this.#scan();
    return this.#familyCounts;
  }

  /** What an encoded PowerShell command says, after what was written. */
  #appendDecoded(commandLine: string): void {
    const { text } = this;
    if (text.base64Start < 0) return;
    const end = Math.min(text.base64End, text.base64Start + 1600);
    const decoded = decodePayload(commandLine.slice(text.base64Start, end), decodedBytes);
    if (decoded === undefined) return;
    this.hasDecoded = true;
    text.appendSymbol(symbol.decoded);
    const isWhole = text.append(decoded, 0) >= decoded.length;
    this.isDecodedCut = !isWhole || (text.base64End - text.base64Start) * 0.75 > decodedBytes;
  }

  #scan(): void {
    if (this.#isScanned) return;
    this.#isScanned = true;
    const familyCounts = this.#familyCounts;
    scan(this.#normal, marks);
    familyCounts.fill(0);
    let count = 0;
    // Four marks at a time: nearly all are 0.
    for (let at = 0; at < markWords.length; at++) {
      if (markWords[at] === 0) continue;
      for (let i = at * 4; i < at * 4 + 4; i++) {
        if (marks[i] !== 1) continue;
        found[count++] = i;
        familyCounts[familyOfKeyword[i]!]!++;
      }
    }
    // As many as there are: lines are remembered by the hundred, and there are more than a thousand keywords.
    this.#hits = found.slice(0, count);
  }
}

/** Of the line at hand. */
const found = new Uint16Array(keywords.length);
const markBuffer = new ArrayBuffer(Math.ceil(keywords.length / 4) * 4);
const marks = new Uint8Array(markBuffer);
const markWords = new Uint32Array(markBuffer);

/** Power of two. */
const cachedLines = 128;

/**
 * Lines read lately, each in the place its text hashes to. Most of a machine's process starts repeat a
 * line; reading one is a pure function of the three keys, so a remembered one is as good.
 */
export class LineCache {
  readonly #lines: (Line | undefined)[] = new Array(cachedLines).fill(undefined);
  readonly #programs: string[] = new Array(cachedLines).fill('');
  readonly #commandLines: (string | undefined)[] = new Array(cachedLines).fill(undefined);
  readonly #executables: (string | undefined)[] = new Array(cachedLines).fill(undefined);

  read(program: string, commandLine: string | undefined, executable: string | undefined): Line {
    const at = placeOf(program, commandLine);
    let line = this.#lines[at];
    if (line === undefined) {
      line = new Line();
    } else if (
      this.#commandLines[at] === commandLine &&
      this.#programs[at] === program &&
      this.#executables[at] === executable
    )
      return line;
    // While the line is being read it is nobody's.
    this.#lines[at] = undefined;
    line.read(program, commandLine, executable);
    this.#lines[at] = line;
    this.#programs[at] = program;
    this.#commandLines[at] = commandLine;
    this.#executables[at] = executable;
    return line;
  }
}

function placeOf(program: string, commandLine: string | undefined): number {
  let hash = program.length;
  if (commandLine === undefined) {
    for (let i = 0; i < program.length; i++) hash = Math.imul(hash ^ program.charCodeAt(i), 0x01000193);
  } else {
    hash = Math.imul(hash ^ commandLine.length, 0x01000193);
    const step = 1 + (commandLine.length >> 4);
    for (let i = commandLine.length - 1; i >= 0; i -= step)
      hash = Math.imul(hash ^ commandLine.charCodeAt(i), 0x01000193);
  }
  return ((hash >>> 16) ^ hash) & (cachedLines - 1);
}

/** Where the arguments begin: after the quoted or unquoted program, which may hold spaces. */
export function argumentsStart(line: string, executable: string | undefined): number {
  let from = 0;
  while (line.charCodeAt(from) === 32) from++;
  if (line.charCodeAt(from) === 34) {
    const close = line.indexOf('"', from + 1);
    if (close > 0) return close + 1;
    return from + 1;
  }
  if (executable !== undefined && startsWithIgnoringCase(line, executable, from))
    return from + executable.length;
  const first = line.charCodeAt(from);
  // A source that gives the arguments only.
  if (first === 45 || first === 47) return from;
  let i = from;
  while (i < line.length) {
    const unit = line.charCodeAt(i);
    if (unit <= 32) break;
    if (unit === 47 && i > from) {
      // `cmd/c` has no space before its option, a path with slashes has a colon or a dot before.
      const head = line.slice(from, i).toLowerCase();
      if (head.endsWith('cmd') || head.endsWith('.exe')) break;
    }
    i++;
  }
  return i;
}

function startsWithIgnoringCase(line: string, head: string, at: number): boolean {
  if (line.length - at < head.length) return false;
  for (let i = 0; i < head.length; i++) {
    const a = line.charCodeAt(at + i);
    const b = head.charCodeAt(i);
    if (a === b) continue;
    if ((a | 32) !== (b | 32) || (a | 32) < 97 || (a | 32) > 122) return false;
  }
  return true;
}

/** Bytes of what is encoded that go into a row, at most. */
const decodedBytes = 1200;

/** Text of a base64 run, in UTF-16 or ASCII, of so many bytes at most; `undefined` where it is no text. */
export function decodePayload(base64: string, mostBytes: number): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const length = Math.min(bytes.length, mostBytes);
  if (length < 16) return undefined;
  let zeros = 0;
  let printable = 0;
  for (let i = 0; i < length; i++) {
    const unit = bytes[i]!;
    if (unit === 0 && i % 2 === 1) zeros++;
    else if ((unit >= 32 && unit < 127) || unit === 10 || unit === 13 || unit === 9) printable++;
  }
  if (zeros * 2 > length * 0.8) return bytes.toString('utf16le', 0, length & ~1);
  if (printable > length * 0.95) return bytes.toString('latin1', 0, length);
  return undefined;
}

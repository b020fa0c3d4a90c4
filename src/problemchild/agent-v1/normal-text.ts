import { psOptionOf } from './powershell-options.ts';
import { readRun } from './runs.ts';
import { clearCounts, emptyCounts, type SpellingCounts } from './spelling-counts.ts';
import { symbol } from './symbols.ts';
import { endsWith, foldWide, isDigit, isSeparator, isWordUnit } from './units.ts';
import { readUrl } from './urls.ts';
import { readVariable } from './variables.ts';

/** Bytes of normal text kept per line. */
export const normalTextCapacity = 768;
/** UTF-16 units of a raw line that are read at all. */
const rawLimit = 6144;

/**
 * A command line in the one spelling the features read, as bytes below 128: lower case; quotes, carets
 * and backticks gone; spaces single; options with `-`; paths with `\`; known environment variables
 * expanded; numbers, addresses, GUIDs, hashes, base64 and user names replaced by {@link symbol}s.
 * One buffer, used again for every line.
 */
export class NormalText {
  readonly bytes: Buffer = Buffer.alloc(normalTextCapacity);
  length = 0;
  /** Where in the raw line the first base64 run stood. */
  base64Start = -1;
  base64End = -1;
  readonly counts: SpellingCounts = emptyCounts();
  #tokenStart = 0;
  #inPowershell = false;

  clear(): void {
    this.length = 0;
    this.base64Start = -1;
    this.base64End = -1;
    this.#tokenStart = 0;
    this.#inPowershell = false;
    clearCounts(this.counts);
  }

  /** The text as a one-byte string. */
  toString(): string {
    return this.bytes.toString('latin1', 0, this.length);
  }

  /** Appends text that is already normal, e.g. the name of the program. */
  appendWord(word: string): void {
    for (let i = 0; i < word.length; i++) this.#put(word.charCodeAt(i));
    if (word === 'powershell' || word === 'pwsh') this.#inPowershell = true;
    this.#put(32);
    this.#tokenStart = this.length;
  }

  appendSymbol(code: number): void {
    this.#put(code);
    this.#put(32);
    this.#tokenStart = this.length;
  }

  /** Appends `raw` from `from` on, normalised, up to so many bytes in all; returns the index up to which it was read. */
  append(raw: string, from: number, most = normalTextCapacity): number {
    const end = Math.min(raw.length, from + rawLimit);
    let i = from;
    let lastCase = 0;
    while (i < end && this.length < most - 1) {
      let unit = raw.charCodeAt(i);
      if (unit >= 128) {
        unit = foldWide(unit);
        this.counts.wide++;
        if (unit === 0) {
          i++;
          continue;
        }
      }
      if (unit <= 32 || unit === 127) {
        this.#endToken();
        i++;
        continue;
      }
      if (isWordUnit(unit)) {
        if (!this.#inWord()) {
          const skipped = this.#maskRun(raw, i, end);
          if (skipped > i) {
            i = skipped;
            continue;
          }
        }
        if (unit >= 65 && unit <= 90) {
          if (lastCase === 1) this.counts.caseSwitches++;
          lastCase = 2;
          unit += 32;
        } else if (unit >= 97) lastCase = 1;
        this.#put(unit);
        i++;
        continue;
      }
      lastCase = 0;
      i = this.#appendSign(raw, i, unit, end);
    }
    this.#endToken();
    return i;
  }

  #put(unit: number): void {
    if (this.length < normalTextCapacity) this.bytes[this.length++] = unit;
  }

  #inWord(): boolean {
    return this.length > 0 && isWordUnit(this.bytes[this.length - 1]!);
  }

  /** A sign that is neither letter, digit nor space; gives the next index to read. */
  #appendSign(raw: string, at: number, unit: number, end: number): number {
    switch (unit) {
      case 34:
      case 39:
        this.counts.quotes++;
        return this.#skipJoin(raw, at);
      case 96:
        this.counts.backticks++;
        return at + 1;
      case 94:
        this.counts.carets++;
        return at + 1;
      case 37:
      case 33:
      case 36:
        return this.#appendVariable(raw, at, unit);
      case 38:
        return this.#appendAmpersand(raw, at);
      case 58:
        return this.#appendColon(raw, at, end);
      case 47:
        this.#put(this.length === this.#tokenStart ? 45 : 92);
        return at + 1;
      case 92:
        return this.#appendBackslash(raw, at, end);
      case 45: {
        if (this.length === this.#tokenStart + 1 && this.bytes[this.#tokenStart] === 45) return at + 1;
        this.#put(45);
        return at + 1;
      }
      default:
        if (isSeparator(unit)) {
          this.#endWord();
          this.#put(unit);
          this.#tokenStart = this.length;
        } else this.#put(unit);
        return at + 1;
    }
  }

  /** `'a'+'b'` reads `ab`. */
  #skipJoin(raw: string, at: number): number {
    let i = at + 1;
    while (raw.charCodeAt(i) === 32) i++;
    if (raw.charCodeAt(i) !== 43) return at + 1;
    i++;
    while (raw.charCodeAt(i) === 32) i++;
    const next = raw.charCodeAt(i);
    if (next !== 34 && next !== 39) return at + 1;
    this.counts.joins++;
    return i + 1;
  }

  #appendVariable(raw: string, at: number, unit: number): number {
    const reference = readVariable(raw, at);
    if (reference === undefined) {
      if (unit === 37 && raw.charCodeAt(at + 1) === 37) return at + 1;
      this.#put(unit);
      return at + 1;
    }
    this.counts.variables++;
    if (reference.value !== undefined) {
      if (reference.value.length < 4) this.counts.partialVariables++;
      for (let k = 0; k < reference.value.length; k++) this.#put(reference.value.charCodeAt(k));
    } else if (this.#inWord() && isWordUnit(raw.charCodeAt(reference.end))) this.counts.partialVariables++;
    else this.#put(symbol.variable);
    return reference.end;
  }

  /** `&`, or an entity that an XML export left behind. */
  #appendAmpersand(raw: string, at: number): number {
    let unit = 38;
    let next = at + 1;
    if (raw.startsWith('gt;', next)) {
      unit = 62;
      next += 3;
    } else if (raw.startsWith('lt;', next)) {
      unit = 60;
      next += 3;
    } else if (raw.startsWith('amp;', next)) next += 4;
    else if (raw.startsWith('quot;', next) || raw.startsWith('apos;', next)) return next + 5;
    this.#endWord();
    this.#put(unit);
    this.#tokenStart = this.length;
    return next;
  }

  #appendColon(raw: string, at: number, end: number): number {
    const first = raw.charCodeAt(at + 1);
    if ((first === 47 || first === 92) && raw.charCodeAt(at + 2) === first && this.#inWord()) {
      const url = readUrl(raw, at + 3, end);
      this.counts.urls++;
      if (url.publicAddress) this.counts.publicAddresses++;
      for (let k = 0; k < url.text.length; k++) this.#put(url.text.charCodeAt(k));
      return url.end;
    }
    this.#put(58);
    return at + 1;
  }

  #appendBackslash(raw: string, at: number, end: number): number {
    const last = this.length - 1;
    if (last >= this.#tokenStart && this.bytes[last] === 92) {
      const leading = last === this.#tokenStart || this.bytes[last - 1] === 61;
      if (!leading) return at + 1;
    }
    this.#put(92);
    return this.#skipUser(raw, at + 1, end);
  }

  /** After `users\`: replaces the next path segment. */
  #skipUser(raw: string, at: number, end: number): number {
    if (!endsWith(this.bytes, this.length, 'users\\')) return at;
    let i = at;
    while (i < end && i - at < 40) {
      const unit = raw.charCodeAt(i);
      if (unit === 92 || unit === 47 || unit === 34 || unit === 39 || unit === 37) break;
      i++;
    }
    if (raw.charCodeAt(i) !== 92 && raw.charCodeAt(i) !== 47) {
      i = at;
      while (i < end && raw.charCodeAt(i) > 34) i++;
    }
    const name = raw.slice(at, i).toLowerCase();
    if (name === 'public' || name === 'default' || name === 'all users' || name === '') return at;
    this.#put(symbol.user);
    return i;
  }

  /** At the first unit of a run of letters and digits: replaces it where it is a number, address or blob. */
  #maskRun(raw: string, at: number, end: number): number {
    const run = readRun(raw, at, end);
    if (run === undefined) return at;
    if (run.code === undefined) return this.#copyMaskingDigits(raw, at, run.end);
    if (run.code === symbol.publicAddress) this.counts.publicAddresses++;
    else if (run.code === symbol.base64) {
      if (this.base64Start < 0) {
        this.base64Start = at;
        this.base64End = run.end;
      }
      this.counts.base64Length += run.end - at;
    }
    this.#put(run.code);
    return run.end;
  }

  /** Copies a word, each run of three or more digits as one symbol. */
  #copyMaskingDigits(raw: string, at: number, end: number): number {
    let i = at;
    while (i < end) {
      let run = i;
      while (run < end && isDigit(raw.charCodeAt(run))) run++;
      if (run - i >= 3) {
        this.#put(symbol.number);
        i = run;
        continue;
      }
      const unit = raw.charCodeAt(i);
      this.#put(unit >= 65 && unit <= 90 ? unit + 32 : unit);
      i++;
    }
    return end;
  }

  /** The end of a word before a separator: `cmd.exe` reads `cmd`. */
  #endWord(): void {
    if (this.length - this.#tokenStart > 4 && endsWith(this.bytes, this.length, '.exe')) {
      this.length -= 4;
      this.counts.executables++;
    }
  }

  #endToken(): void {
    this.#endWord();
    const start = this.#tokenStart;
    if (this.length <= start) {
      if (this.length > 0 && this.bytes[this.length - 1] !== 32 && this.length < normalTextCapacity)
        this.#put(32);
      this.#tokenStart = this.length;
      return;
    }
    if (this.bytes[start] === 45) {
      if (this.#inPowershell) this.#shortenOption(start);
    } else if (
      endsWith(this.bytes, this.length, 'powershell') ||
      endsWith(this.bytes, this.length, 'pwsh') ||
      endsWith(this.bytes, this.length, 'powershell_ise')
    )
      this.#inPowershell = true;
    this.#put(32);
    this.#tokenStart = this.length;
  }

  #shortenOption(start: number): void {
    const option = psOptionOf(this.bytes, start + 1, this.length);
    if (option === undefined) return;
    this.length = start + 1;
    for (let i = 0; i < option.length; i++) this.#put(option.charCodeAt(i));
  }
}

import { symbol } from './symbols.ts';
import { isDigit, isWordUnit } from './units.ts';

/** A run of letters and digits that is not copied as it is. */
export interface MaskedRun {
  /** Index after it. */
  readonly end: number;
  /** The symbol that takes its place; `undefined` for a word of which only the long numbers are replaced. */
  readonly code: number | undefined;
}

/** Looks at the run of letters and digits that begins at `at`; `undefined` where it is an ordinary word. */
export function readRun(raw: string, at: number, end: number): MaskedRun | undefined {
  let i = at;
  let digits = 0;
  let hex = 0;
  for (; i < end; i++) {
    const unit = raw.charCodeAt(i);
    if (!isWordUnit(unit)) break;
    if (isDigit(unit)) digits++;
    if (isHexUnit(unit)) hex++;
  }
  const length = i - at;
  const next = raw.charCodeAt(i);
  if (length === 8 && hex === 8 && next === 45 && isGuid(raw, at)) return { end: at + 36, code: symbol.guid };
  if (digits === length) {
    const address = length <= 3 && next === 46 ? readAddress(raw, at, i) : undefined;
    if (address !== undefined) return address;
    return length < 3 ? undefined : { end: i, code: symbol.number };
  }
  const isHex = hex === length ? length >= 8 && digits > 0 : hex === length - 1 && startsHex(raw, at);
  if (isHex) return { end: i, code: symbol.hex };
  if (length >= 16 || next === 43 || next === 47 || next === 61) {
    const blobEnd = readBase64(raw, at, end);
    if (blobEnd > at) return { end: blobEnd, code: symbol.base64 };
  }
  return digits < 3 ? undefined : { end: i, code: undefined };
}

function isHexUnit(unit: number): boolean {
  return isDigit(unit) || ((unit | 32) >= 97 && (unit | 32) <= 102);
}

/** `0x`. */
function startsHex(raw: string, at: number): boolean {
  return raw.charCodeAt(at) === 48 && (raw.charCodeAt(at + 1) | 32) === 120;
}

/** Four numbers of up to three digits, the first of which ends at `firstEnd`. */
function readAddress(raw: string, at: number, firstEnd: number): MaskedRun | undefined {
  let i = firstEnd;
  for (let part = 0; part < 3; part++) {
    if (raw.charCodeAt(i) !== 46) return undefined;
    const start = i + 1;
    i = start;
    while (i < start + 3 && isDigit(raw.charCodeAt(i))) i++;
    if (i === start) return undefined;
  }
  if (isWordUnit(raw.charCodeAt(i))) return undefined;
  const first = Number(raw.slice(at, firstEnd));
  const second = Number(raw.slice(firstEnd + 1, raw.indexOf('.', firstEnd + 1)));
  if (first === 127 || (first === 0 && second === 0)) return { end: i, code: symbol.loopback };
  const isPrivate =
    first === 10 || (first === 192 && second === 168) || (first === 172 && second >= 16 && second < 32);
  return { end: i, code: isPrivate ? symbol.privateAddress : symbol.publicAddress };
}

/** 8-4-4-4-12 hexadecimal digits. */
function isGuid(raw: string, at: number): boolean {
  for (let i = 0; i < 36; i++) {
    const unit = raw.charCodeAt(at + i);
    const dash = i === 8 || i === 13 || i === 18 || i === 23;
    if (dash ? unit !== 45 : !(isDigit(unit) || ((unit | 32) >= 97 && (unit | 32) <= 102))) return false;
  }
  return true;
}

/** End of a base64 run of at least 40 units at `at`, else `at`. A path or a long word is none. */
function readBase64(raw: string, at: number, end: number): number {
  let i = at;
  let upper = 0;
  let lower = 0;
  let slashes = 0;
  while (i < end) {
    const unit = raw.charCodeAt(i);
    if (unit >= 65 && unit <= 90) upper++;
    else if (unit >= 97 && unit <= 122) lower++;
    else if (unit === 47) slashes++;
    else if (!(isDigit(unit) || unit === 43 || unit === 61)) break;
    i++;
  }
  const length = i - at;
  return length >= 40 && upper >= 4 && lower >= 4 && slashes * 12 <= length ? i : at;
}

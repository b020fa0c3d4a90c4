import { symbol } from './symbols.ts';

/** UTF-16 units and bytes by kind. */

export function isWordUnit(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90);
}

export function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

/** `, ; < > = | ( ) [ ] { }`: they end a word without a space. */
export function isSeparator(unit: number): boolean {
  return (
    unit === 44 ||
    unit === 59 ||
    unit === 60 ||
    unit === 62 ||
    unit === 61 ||
    unit === 124 ||
    unit === 40 ||
    unit === 41 ||
    unit === 91 ||
    unit === 93 ||
    unit === 123 ||
    unit === 125
  );
}

export function endsWith(bytes: Uint8Array, length: number, word: string): boolean {
  if (length < word.length) return false;
  for (let i = word.length - 1, k = length - 1; i >= 0; i--, k--) {
    if (bytes[k] !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** Look-alikes of ASCII signs to the sign, invisible characters to 0, the rest to one symbol. */
export function foldWide(unit: number): number {
  if (unit >= 0xff01 && unit <= 0xff5e) return unit - 0xfee0;
  if (unit >= 0x2010 && unit <= 0x2015) return 45;
  if (unit === 0x2212) return 45;
  if (unit >= 0x2018 && unit <= 0x201b) return 39;
  if (unit >= 0x201c && unit <= 0x201f) return 34;
  if (unit === 0xa0 || (unit >= 0x2000 && unit <= 0x200a) || unit === 0x202f || unit === 0x3000) return 32;
  if (unit === 0x2044 || unit === 0x2215) return 47;
  if (
    (unit >= 0x200b && unit <= 0x200f) ||
    (unit >= 0x202a && unit <= 0x202e) ||
    unit === 0xfeff ||
    unit === 0xad
  )
    return 0;
  return symbol.nonAscii;
}

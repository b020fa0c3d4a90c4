import { distance } from 'fastest-levenshtein';
import { canonicalName, classOf, imitatedNames, livesInSystemFolder } from './programs.ts';

/** What the base name of a program tells by itself. */
export interface NameShape {
  readonly name: string;
  readonly programClass: number;
  readonly isSystemName: boolean;
  readonly length: number;
  /** Bits per character of the stem. */
  readonly entropy: number;
  readonly digitShare: number;
  /** Share of letter pairs that English and program names hardly use. */
  readonly oddPairs: number;
  /** One or two edits away from a name worth imitating, but not it. */
  readonly imitates: boolean;
  readonly doubleExtension: boolean;
  /** `.exe`, `.com`, `.dll` or none given: what a program usually is. */
  readonly usualExtension: boolean;
  readonly nonAscii: boolean;
}

const vowels = 'aeiouy';

export function describeName(baseName: string): NameShape {
  const lower = baseName.toLowerCase().slice(0, 128);
  const name = canonicalName(lower);
  const dot = lower.lastIndexOf('.');
  const stem = dot > 0 ? lower.slice(0, dot) : lower;
  const extension = dot > 0 ? lower.slice(dot) : '';
  return {
    name,
    programClass: classOf(name),
    isSystemName: livesInSystemFolder(name),
    length: stem.length,
    entropy: entropyOf(stem),
    digitShare: stem.length === 0 ? 0 : stem.replaceAll(/[^0-9]/g, '').length / stem.length,
    oddPairs: oddPairShare(stem),
    imitates: imitates(name),
    doubleExtension: /\.(docx?|xlsx?|pdf|jpe?g|png|txt|zip|pptx?|mp[34]|gif|rtf|html?)\s*\.[a-z]{2,4}$/.test(
      lower,
    ),
    usualExtension: extension === '.exe' || extension === '.com' || dot <= 0,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a range of all ASCII
    nonAscii: /[^\x00-\x7f]/.test(lower),
  };
}

function imitates(name: string): boolean {
  if (livesInSystemFolder(name) || classOf(name) >= 0 || name.length < 4) return false;
  return imitatedNames.some(
    (known) =>
      Math.abs(known.length - name.length) <= 1 && distance(known, name) <= (known.length > 6 ? 2 : 1),
  );
}

function entropyOf(text: string): number {
  if (text.length === 0) return 0;
  const counts = new Map<string, number>();
  for (const unit of text) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Consonant runs of four and letter-digit alternation are what generated names are made of. */
function oddPairShare(stem: string): number {
  let odd = 0;
  let run = 0;
  for (let i = 0; i < stem.length; i++) {
    const unit = stem[i]!;
    const isLetter = unit >= 'a' && unit <= 'z';
    run = isLetter && !vowels.includes(unit) ? run + 1 : 0;
    if (run >= 4) odd++;
    if (
      i > 0 &&
      isLetter !== (stem[i - 1]! >= 'a' && stem[i - 1]! <= 'z') &&
      unit !== '.' &&
      unit !== '-' &&
      unit !== '_'
    )
      odd++;
  }
  return stem.length === 0 ? 0 : odd / stem.length;
}

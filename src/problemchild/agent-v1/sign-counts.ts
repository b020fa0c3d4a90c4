/** What the letters and signs of a normal line add up to. */
export interface SignCounts {
  words: number;
  pipes: number;
  redirects: number;
  /** Signs among all units. */
  share: number;
  longestWord: number;
  /** Words with runs of consonants, or letters and digits in turn. */
  oddWords: number;
}

const signCounts: SignCounts = { words: 0, pipes: 0, redirects: 0, share: 0, longestWord: 0, oddWords: 0 };

/** The answer's object is used again by the next call. */
export function countSigns(bytes: Uint8Array, length: number): Readonly<SignCounts> {
  let longestWord = 0;
  let oddWords = 0;
  let signs = 0;
  let wordStart = 0;
  signCounts.words = signCounts.pipes = signCounts.redirects = 0;
  for (let i = 0; i < length; i++) {
    const unit = bytes[i]!;
    if ((unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57)) continue;
    longestWord = Math.max(longestWord, i - wordStart);
    if (isOddWord(bytes, wordStart, i)) oddWords++;
    wordStart = i + 1;
    if (unit === 32) signCounts.words++;
    else {
      if (unit > 32) signs++;
      countOperator(unit);
    }
  }
  signCounts.share = length === 0 ? 0 : signs / length;
  signCounts.longestWord = longestWord;
  signCounts.oddWords = oddWords;
  return signCounts;
}

/** `|`, `&` and `;` chain commands, `<` and `>` redirect. */
function countOperator(unit: number): void {
  if (unit === 124 || unit === 38 || unit === 59) signCounts.pipes++;
  else if (unit === 62 || unit === 60) signCounts.redirects++;
}

/** Five consonants in a row count twice, each change between letters and digits once. */
function isOddWord(bytes: Uint8Array, start: number, end: number): boolean {
  let mixes = 0;
  let consonants = 0;
  for (let i = start; i < end; i++) {
    const unit = bytes[i]!;
    const isLetter = unit >= 97;
    consonants = isLetter && !isVowel(unit) ? consonants + 1 : 0;
    if (consonants === 5) mixes += 2;
    if (i > start && isLetter !== bytes[i - 1]! >= 97) mixes++;
  }
  return mixes >= 3 || (mixes >= 2 && end - start < 12);
}

/** a, e, i, o, u, y. */
function isVowel(unit: number): boolean {
  return unit === 97 || unit === 101 || unit === 105 || unit === 111 || unit === 117 || unit === 121;
}

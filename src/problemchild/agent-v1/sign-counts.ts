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
  let words = 0;
  let pipes = 0;
  let redirects = 0;
  let signs = 0;
  let longestWord = 0;
  let oddWords = 0;
  let run = 0;
  let consonants = 0;
  let mixes = 0;
  for (let i = 0; i < length; i++) {
    const unit = bytes[i]!;
    const isLetter = unit >= 97 && unit <= 122;
    if (isLetter || (unit >= 48 && unit <= 57)) {
      run++;
      consonants =
        isLetter &&
        unit !== 97 &&
        unit !== 101 &&
        unit !== 105 &&
        unit !== 111 &&
        unit !== 117 &&
        unit !== 121
          ? consonants + 1
          : 0;
      if (consonants === 5) mixes += 2;
      if (run > 1 && isLetter !== bytes[i - 1]! > 96) mixes++;
      continue;
    }
    if (run > longestWord) longestWord = run;
    if (mixes >= 3 || (mixes >= 2 && run < 12)) oddWords++;
    run = 0;
    consonants = 0;
    mixes = 0;
    if (unit === 32) words++;
    else {
      if (unit > 32) signs++;
      if (unit === 124 || unit === 38 || unit === 59) pipes++;
      else if (unit === 62 || unit === 60) redirects++;
    }
  }
  signCounts.words = words;
  signCounts.pipes = pipes;
  signCounts.redirects = redirects;
  signCounts.share = length === 0 ? 0 : signs / length;
  signCounts.longestWord = longestWord;
  signCounts.oddWords = oddWords;
  return signCounts;
}

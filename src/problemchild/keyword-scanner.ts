/** Marks in `hits` (1 at the keyword's index) every keyword the text contains. */
export type KeywordScanner = (text: string, hits: Uint8Array) => void;

/**
 * Finds many substrings in one pass (Aho–Corasick over UTF-16 units, as a dense transition table).
 * @param keywords not empty strings; ASCII only.
 */
export function createKeywordScanner(keywords: readonly string[]): KeywordScanner {
  const { classOf, classCount } = assignClasses(keywords);
  const { children, ends } = buildTrie(keywords);
  const { transitions, outputs } = linkTrie(children, ends, classOf, classCount);

  return (text, hits) => {
    hits.fill(0);
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      state = unit < 128 ? transitions[state * classCount + classOf[unit]!]! : 0;
      const found = outputs[state];
      if (found !== undefined) for (let k = 0; k < found.length; k++) hits[found[k]!] = 1;
    }
  };
}

/** Characters that no keyword uses share class 0. */
function assignClasses(keywords: readonly string[]): { classOf: Uint8Array; classCount: number } {
  const classOf = new Uint8Array(128);
  let classCount = 1;
  for (const keyword of keywords) {
    for (let i = 0; i < keyword.length; i++) {
      const unit = keyword.charCodeAt(i);
      if (unit >= 128) throw new RangeError(`keyword ${JSON.stringify(keyword)} is not ASCII`);
      if (classOf[unit] === 0) classOf[unit] = classCount++;
    }
  }
  return { classOf, classCount };
}

function buildTrie(keywords: readonly string[]) {
  const children: Map<number, number>[] = [new Map()];
  const ends: number[][] = [[]];
  keywords.forEach((keyword, index) => {
    let state = 0;
    for (let i = 0; i < keyword.length; i++) {
      const unit = keyword.charCodeAt(i);
      let next = children[state]!.get(unit);
      if (next === undefined) {
        next = children.length;
        children.push(new Map());
        ends.push([]);
        children[state]!.set(unit, next);
      }
      state = next;
    }
    ends[state]!.push(index);
  });
  return { children, ends };
}

/** Breadth first, so that a state's longest proper suffix is always complete before the state itself. */
function linkTrie(
  children: readonly Map<number, number>[],
  ends: readonly (readonly number[])[],
  classOf: Uint8Array,
  classCount: number,
) {
  const transitions = new Int32Array(children.length * classCount);
  const suffix = new Int32Array(children.length);
  const outputs: (readonly number[] | undefined)[] = new Array(children.length).fill(undefined);
  const queue = [0];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at]!;
    const inherited = state === 0 ? undefined : outputs[suffix[state]!];
    const found = [...ends[state]!, ...(inherited ?? [])];
    if (found.length > 0) outputs[state] = found;
    if (state !== 0) {
      const from = suffix[state]! * classCount;
      transitions.copyWithin(state * classCount, from, from + classCount);
    }
    for (const [unit, child] of children[state]!) {
      const slot = state * classCount + classOf[unit]!;
      suffix[child] = state === 0 ? 0 : transitions[slot]!;
      transitions[slot] = child;
      queue.push(child);
    }
  }
  return { transitions, outputs };
}

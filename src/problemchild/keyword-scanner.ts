/** Marks in `hits` (1 at the keyword's index, else 0) every keyword the text contains; says whether any. */
export type KeywordScanner = (text: string, hits: Uint8Array) => boolean;

/**
 * Finds many substrings in one pass (Aho–Corasick over UTF-16 units, as a dense transition table).
 * @param keywords not empty strings; ASCII only.
 */
export function createKeywordScanner(keywords: readonly string[]): KeywordScanner {
  const { classOf, classCount } = assignClasses(keywords);
  const { children, ends } = buildTrie(keywords);
  const { transitions, outputs } = linkTrie(children, ends, classOf, classCount);
  const hasOutput = Uint8Array.from(outputs, (found) => (found.length > 0 ? 1 : 0));

  return (text, hits) => {
    hits.fill(0);
    let state = 0;
    let isAny = false;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      state = unit < 128 ? transitions[state * classCount + classOf[unit]!]! : 0;
      if (hasOutput[state] === 0) continue;
      isAny = true;
      for (const keyword of outputs[state]!) hits[keyword] = 1;
    }
    return isAny;
  };
}

/** As many as a transition has numbers for. */
const mostStates = 65_536;
const nothing: readonly number[] = [];

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
  const ends: (readonly number[])[] = [nothing];
  keywords.forEach((keyword, index) => {
    let state = 0;
    for (let i = 0; i < keyword.length; i++) {
      const unit = keyword.charCodeAt(i);
      let next = children[state]!.get(unit);
      if (next === undefined) {
        next = children.length;
        children.push(new Map());
        ends.push(nothing);
        children[state]!.set(unit, next);
      }
      state = next;
    }
    ends[state] = [...ends[state]!, index];
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
  if (children.length > mostStates) throw new RangeError(`${children.length} states, at most ${mostStates}`);
  const transitions = new Uint16Array(children.length * classCount);
  const suffix = new Int32Array(children.length);
  const outputs: (readonly number[])[] = children.map(() => nothing);
  const queue = [0];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at]!;
    if (state !== 0) {
      const shorter = outputs[suffix[state]!]!;
      // Few states end a keyword.
      outputs[state] = ends[state] === nothing ? shorter : [...ends[state]!, ...shorter];
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

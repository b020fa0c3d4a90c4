import type { ProcessEvent } from '../../event/index.ts';
import { argumentsStart, decodePayload, Line } from './line.ts';
import { childLineOf, createReading, readChild } from './reading.ts';

/** Shorter lines fit into a row, unless variables are expanded in them. */
const shortLength = 600;
/** No variable's value is so many times as long as its name. */
const shortestLength = 80;
/** UTF-16 units of a line that are looked at: Windows has no longer ones. */
const mostUnits = 32_768;
/** Bytes of normal text of a part; there is room behind them for what it has encoded. */
const partBytes = 512;
/** Units that a part has in common with the one before, so that nothing is cut by the cut; a quarter of that at most. */
const overlap = 64;
/** A part begins with a word that begins within so many units. */
const longestWord = 40;
/** Variables may be expanded to seven times their length. */
const mostParts = 512;
/** A line without variables has no more parts. */
const mostViews = 64;

const base64Run = /[a-z0-9+/=_-]{0,65536}/iy;

interface Part {
  readonly text: string;
  readonly keywords: number;
}

const none: readonly ProcessEvent[] = [];
const reading = createReading();
const scratch = new Line();

/**
 * Starts with the same program and what of the command line, or of what it has encoded, one row has no room for, as if each
 * were the whole of it: padding must not hide what follows it. Of parts that hold the same keywords there is one, and
 * none of those that hold none.
 */
export function viewsOf(event: ProcessEvent): readonly ProcessEvent[] {
  const { process } = event;
  const raw = childLineOf(process);
  if (raw === undefined || fitsSurely(raw)) return none;
  readChild(event, reading);
  const { program, line } = reading;
  if (line.readTo >= raw.length && !line.isDecodedCut) return none;
  const from = argumentsStart(raw, process.executable);
  const head = raw.slice(0, from);
  const parts = new PartList(program);
  const decodedTo = line.isDecodedCut ? parts.addDecoded(raw, line) : 0;
  parts.add(raw, from, Math.max(line.readTo, decodedTo));
  return parts.strongest.map(({ text }) => ({
    ...event,
    process: { ...process, commandLine: `${head} ${text}`, args: undefined },
  }));
}

function fitsSurely(raw: string): boolean {
  return raw.length < shortestLength || (raw.length < shortLength && !/[%!$]/.test(raw));
}

/** The parts of one line, by the keywords that they hold. */
class PartList {
  readonly #program: string;
  readonly #byKeywords = new Map<string, Part>();
  #count = 0;

  constructor(program: string) {
    this.#program = program;
  }

  /** The strongest first. */
  get strongest(): Part[] {
    return [...this.#byKeywords.values()].sort((a, b) => b.keywords - a.keywords).slice(0, mostViews);
  }

  /** The text from `rest` on, of which all before `from` is no argument. */
  add(text: string, from: number, rest: number, mayBeEncoded = true): void {
    const end = Math.min(text.length, mostUnits);
    let last = from;
    for (let at = rest; at < end && this.#count < mostParts; this.#count++) {
      const shared = Math.min(overlap, (at - last) >> 2);
      const start = wordStart(text, at - shared, Math.max(last, at - shared - longestWord));
      scratch.readFrom(this.#program, text, start, partBytes);
      let next = Math.max(scratch.readTo, at + 1);
      const { hits } = scratch;
      if (hits.length > 0) {
        this.#byKeywords.set(hits.join(), { text: text.slice(start, next), keywords: hits.length });
      }
      if (mayBeEncoded && scratch.isDecodedCut) next = Math.max(next, this.addDecoded(text, scratch));
      last = at;
      at = next;
    }
  }

  /** All that the base64 run of a line says; returns where in the line it ends, which may be beyond what was read of it. */
  addDecoded(raw: string, { text: { base64Start } }: Line): number {
    base64Run.lastIndex = base64Start;
    const run = base64Run.exec(raw)?.[0] ?? '';
    const decoded = decodePayload(run, mostUnits);
    if (decoded !== undefined) this.add(decoded, 0, 0, false);
    return base64Start + run.length;
  }
}

function wordStart(text: string, at: number, least: number): number {
  for (let back = at; back > least; back--) {
    if (text.charCodeAt(back - 1) <= 32) return back;
  }
  return at;
}

import type { ProcessEvent } from '../../event/index.ts';
import { argumentsStart, Line } from './line.ts';
import { childLineOf, createReading, readChild } from './reading.ts';

/** Shorter lines fit into a row, unless variables are expanded in them. */
const shortLength = 600;
/** No variable's value is so many times as long as its name. */
const shortestLength = 80;
/** UTF-16 units of a line that are looked at: Windows has no longer ones. */
const mostUnits = 32_768;
/** Bytes of normal text of a part; there is room behind them for what it has encoded. */
const partBytes = 512;
/** Units that a part has in common with the one before, so that nothing is cut by the cut. */
const overlap = 64;
/** A part begins with a word that begins within so many units. */
const longestWord = 40;
const mostParts = 512;
/** Parts that are scored: those with the most keywords. */
const mostViews = 3;

interface Part {
  readonly start: number;
  readonly end: number;
  readonly keywords: number;
}

const none: readonly ProcessEvent[] = [];
const reading = createReading();
const scratch = new Line();

/**
 * Starts with the same program and what of the command line one row has no room for, as if each were the whole of it: padding
 * must not hide what follows it. Only the parts that hold the most keywords, and none that holds none.
 */
export function viewsOf(event: ProcessEvent): readonly ProcessEvent[] {
  const { process } = event;
  const raw = childLineOf(process);
  if (raw === undefined || fitsSurely(raw)) return none;
  readChild(event, reading);
  const { program, line } = reading;
  if (line.readTo >= raw.length) return none;
  const from = argumentsStart(raw, process.executable);
  const head = raw.slice(0, from);
  return partsOf(raw, from, line.readTo, program).map(({ start, end }) => ({
    ...event,
    process: { ...process, commandLine: `${head} ${raw.slice(start, end)}`, args: undefined },
  }));
}

function fitsSurely(raw: string): boolean {
  return raw.length < shortestLength || (raw.length < shortLength && !/[%!$]/.test(raw));
}

function partsOf(raw: string, from: number, rest: number, program: string): Part[] {
  const parts: Part[] = [];
  const end = Math.min(raw.length, mostUnits);
  for (let at = rest, count = 0; at < end && count < mostParts; count++) {
    let start = wordStart(raw, Math.max(from, at - overlap), from);
    scratch.readFrom(program, raw, start, partBytes);
    if (endOf(scratch, start) <= at) {
      start = at;
      scratch.readFrom(program, raw, start, partBytes);
    }
    const next = Math.max(endOf(scratch, start), at + 1);
    const keywords = scratch.hits.length;
    if (keywords > 0) parts.push({ start, end: next, keywords });
    at = next;
  }
  return parts.sort((a, b) => b.keywords - a.keywords || a.start - b.start).slice(0, mostViews);
}

/** A decoded text that was cut is not read again. */
function endOf({ readTo, text }: Line, start: number): number {
  return text.base64Start >= start ? Math.max(readTo, text.base64End) : readTo;
}

function wordStart(raw: string, at: number, from: number): number {
  for (let back = at; back > from && at - back < longestWord; back--) {
    if (raw.charCodeAt(back - 1) <= 32) return back;
  }
  return at;
}

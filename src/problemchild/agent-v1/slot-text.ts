import { denseColumns } from './columns.ts';
import type { AgentFeatures } from './features.ts';
import { families, familyNames } from './lexicon.ts';
import { keywords } from './line.ts';
import { pathClasses, pathClassTexts } from './path-class.ts';
import { classTexts, programClasses } from './programs.ts';
import type { Reading } from './reading.ts';
import { slotKind } from './slots.ts';
import { spellOut } from './symbols.ts';
import { isWordUnit } from './units.ts';

const maxTextLength = 80;

/** Words for what fills slot `index` of the event last read; printable ASCII, at most 80 characters. */
export function describeSlot({ slots, child, parent }: AgentFeatures, index: number): string {
  const first = slots.firsts[index]!;
  const second = slots.seconds[index]!;
  const program = nameOf(child.program);
  const starter = nameOf(parent.program);
  switch (slots.kinds[index]) {
    case slotKind.word:
    case slotKind.programWord:
    case slotKind.letters:
      return `"${wordAround(child, first, second)}"`;
    case slotKind.wordPair:
      return `"${textOf(child, first, second)}"`;
    case slotKind.parentWord:
      return `"${textOf(parent, first, second)}" in the parent's command line`;
    case slotKind.startedBy:
    case slotKind.classStartedBy:
    case slotKind.parentFolder:
      return `${program} started by ${starter}`;
    case slotKind.program:
    case slotKind.userProgram:
      return `the program ${program}`;
    case slotKind.programFolder:
      return first === 0 ? `the program ${program}` : `${program} from ${folderText(first - 1)}`;
    case slotKind.keyword:
      return `"${spellOut(keywords[first]!).trim()}"`;
    case slotKind.family:
    case slotKind.programFamily:
      return familyText(first);
    case slotKind.parentFamily:
      return `${familyText(first)} in the parent's command line`;
    case slotKind.parentClassFamily:
      return first === 0
        ? familyText(second)
        : `${familyText(second)} under ${classTexts[programClasses[first - 1]!]}`;
    case slotKind.familyPair:
      return `${familyText(first)} with ${familyText(second)}`;
    case slotKind.shape:
      return denseColumns[first]!.text;
    case slotKind.userFamilies:
      return 'the number of kinds of suspicious words';
    case slotKind.userClasses:
      return `${program} started by ${starter}`;
    case slotKind.userFolder:
      return second === 0 ? denseColumns[first]!.text : `run from ${folderText(second - 1)}`;
    default:
      return 'another sign';
  }
}

/** A name from an event, fit for a sentence. */
export function nameOf(program: string): string {
  return program === '' ? 'an unnamed program' : bound(spellOut(program.replaceAll(/[^\x20-\x7e]/g, '?')));
}

function textOf({ line }: Reading, start: number, end: number): string {
  return bound(spellOut(line.text.bytes.toString('latin1', start, end)));
}

/** Letters inside a word stand for the whole word. */
function wordAround(reading: Reading, start: number, end: number): string {
  const { bytes, length } = reading.line.text;
  let from = start;
  let to = end;
  while (from > 0 && isWordUnit(bytes[from - 1]!)) from--;
  while (to < length && isWordUnit(bytes[to]!)) to++;
  if (from > 0 && bytes[from - 1] === 45) from--;
  return textOf(reading, from, to);
}

function folderText(index: number): string {
  return pathClassTexts[pathClasses[index]!];
}

function familyText(index: number): string {
  return families[familyNames[index]!].text;
}

function bound(text: string): string {
  return text.length <= maxTextLength - 30 ? text : `${text.slice(0, maxTextLength - 33)}...`;
}

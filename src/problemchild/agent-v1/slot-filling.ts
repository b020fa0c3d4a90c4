import type { Reading } from './reading.ts';
import { hashBytes, hashName, type SlotList, slotKind } from './slots.ts';
import { symbol } from './symbols.ts';
import { isWordUnit } from './units.ts';

const wordSeed = 0x811c9dc5;
/** Where each kind must stop, so that a long line leaves room for the parent and the families. */
const letterLimit = 224;
const wordLimit = 176;
const parentWordLimit = 264;

/** Words of the laboratories that the training data come from: whoever writes them is no safer or worse. */
const laboratoryWords: ReadonlySet<number> = new Set(
  [
    'atomicredteam',
    'atomics',
    'atomic',
    'atomictestharness',
    'redcanary',
    'invoke-atomictest',
    'apt-simulator',
    'aptsimulator',
    'art',
    'mordor',
    'purplesharp',
    'diagnostics',
    'usertmp',
    'extpayloads',
    'attack_range',
    'test',
    'atomicservice',
    'attackrange',
    'edr-testing-script',
    'runtests',
    'atomic-red-team',
    'evil',
    'evil-2',
    'calc',
    'notepad',
    'pathtoatomicsfolder',
  ].map((word) => hashName(word, wordSeed)),
);

/** Fills the hashed part from what was read of the child and its parent. */
export function addSlots(
  child: Reading,
  parent: Reading,
  dense: Float32Array,
  shapes: ShapeColumns,
  slots: SlotList,
): void {
  const programSeed = hashName(child.program, wordSeed);
  const parentSeed = hashName(parent.program, wordSeed);
  slots.add(programSeed, slotKind.program, 0, 0);
  slots.add(Math.imul(programSeed, 31) + child.folder, slotKind.programFolder, child.folder + 1, 0);
  if (parent.hasName) {
    slots.add(Math.imul(programSeed, 31) ^ parentSeed, slotKind.startedBy, 0, 0);
    slots.add(
      child.programClass * 64 + parent.programClass + 65,
      slotKind.classStartedBy,
      child.programClass + 1,
      parent.programClass + 1,
    );
    slots.add(Math.imul(programSeed, 31) + parent.folder, slotKind.parentFolder, parent.folder + 1, 0);
  }
  addShapes(child, parent, dense, shapes, programSeed, slots);
  addFamilies(child, parent, programSeed, slots);
  addWords(child, programSeed, slots);
  addParentWords(parent, slots);
  addLetters(child, slots);
}

/** Dense columns that the linear part sees too, by index. */
export interface ShapeColumns {
  /** Every one that is not 0 is a slot. */
  readonly flags: readonly number[];
  /** The flag of the account's kind, also taken together with the program and the parent. */
  readonly users: readonly number[];
  /** How many kinds of suspicious words. */
  readonly families: number;
  readonly parentFamilies: number;
}

function addShapes(
  child: Reading,
  parent: Reading,
  dense: Float32Array,
  { flags, users, families, parentFamilies }: ShapeColumns,
  programSeed: number,
  slots: SlotList,
): void {
  for (let i = 0; i < flags.length; i++)
    if (dense[flags[i]!] !== 0) slots.add(flags[i]! + 1, slotKind.shape, flags[i]!, 0);
  slots.add(5000 + Math.min(8, dense[families]!), slotKind.shape, families, 0);
  slots.add(5100 + Math.min(8, dense[parentFamilies]!), slotKind.shape, parentFamilies, 0);
  let user = -1;
  for (let i = 0; i < users.length; i++) if (dense[users[i]!] !== 0) user = i;
  if (user < 0) return;
  slots.add(Math.imul(programSeed, 31) + user, slotKind.userProgram, users[user]!, 0);
  slots.add(
    (child.programClass + 1) * 256 + (parent.programClass + 1) * 4 + user,
    slotKind.userClasses,
    users[user]!,
    0,
  );
  slots.add(
    (child.folder + 1) * 256 + (parent.programClass + 1) * 4 + user,
    slotKind.userFolder,
    users[user]!,
    child.folder + 1,
  );
  slots.add(Math.min(8, dense[families]!) * 4 + user, slotKind.userFamilies, users[user]!, 0);
}

function addFamilies(child: Reading, parent: Reading, programSeed: number, slots: SlotList): void {
  const { familyCounts } = child.line;
  let previous = -1;
  for (let i = 0; i < familyCounts.length; i++) {
    if (familyCounts[i]! > 0) {
      slots.add(i + 1, slotKind.family, i, 0);
      slots.add(programSeed + i, slotKind.programFamily, i, 0);
      if (parent.hasName)
        slots.add(parent.programClass * 64 + i + 64, slotKind.parentClassFamily, parent.programClass + 1, i);
      if (previous >= 0) slots.add(previous * 64 + i, slotKind.familyPair, previous, i);
      previous = i;
    }
    if (parent.line.familyCounts[i]! > 0) slots.add(i + 1, slotKind.parentFamily, i, 0);
  }
  const { hits } = child.line;
  for (let i = 0; i < hits.length; i++) slots.add(hits[i]! + 1, slotKind.keyword, hits[i]!, 0, 128);
}

/** Words of the child's line, after the name of the program, alone, in pairs and with the program. */
function addWords(child: Reading, programSeed: number, slots: SlotList): void {
  const { bytes, length } = child.line.text;
  let previous = 0;
  let previousStart = 0;
  let start = child.program === '' ? 0 : Math.min(child.program.length + 1, length);
  while (start < length) {
    if (!isInWord(bytes[start]!)) {
      start++;
      continue;
    }
    let end = start + 1;
    while (end < length && isInWord(bytes[end]!)) end++;
    const hash = hashBytes(bytes, start, end, wordSeed);
    if (laboratoryWords.has(hash)) {
      start = end;
      continue;
    }
    slots.add(hash, slotKind.word, start, end, wordLimit);
    slots.add(Math.imul(hash, 31) ^ programSeed, slotKind.programWord, start, end, wordLimit);
    if (previous !== 0)
      slots.add(Math.imul(previous, 33) ^ hash, slotKind.wordPair, previousStart, end, wordLimit);
    previous = hash;
    previousStart = start;
    start = end;
  }
}

/** Runs of four letters inside the child's words of five or more. */
function addLetters(child: Reading, slots: SlotList): void {
  const { bytes, length } = child.line.text;
  let start = child.program === '' ? 0 : Math.min(child.program.length + 1, length);
  while (start < length && slots.count < letterLimit + 40) {
    if (!isWordUnit(bytes[start]!)) {
      start++;
      continue;
    }
    let end = start + 1;
    while (end < length && isWordUnit(bytes[end]!)) end++;
    if (end - start >= 5 && !laboratoryWords.has(hashBytes(bytes, start, end, wordSeed))) {
      for (let i = start; i + 4 <= end; i++)
        slots.add(hashBytes(bytes, i, i + 4, wordSeed), slotKind.letters, i, i + 4);
    }
    start = end;
  }
}

function addParentWords(parent: Reading, slots: SlotList): void {
  const { bytes, length } = parent.line.text;
  let start = 0;
  let limit = Math.min(parentWordLimit, slots.count + 64);
  if (limit < slots.count + 16) limit = slots.count + 16;
  while (start < length && slots.count < limit) {
    if (!isInWord(bytes[start]!)) {
      start++;
      continue;
    }
    let end = start + 1;
    while (end < length && isInWord(bytes[end]!)) end++;
    const hash = hashBytes(bytes, start, end, wordSeed);
    if (!laboratoryWords.has(hash)) slots.add(hash, slotKind.parentWord, start, end, limit);
    start = end;
  }
}

/** Letters, digits, `- . _ $ %`, and the stand-ins. */
function isInWord(unit: number): boolean {
  return (
    isWordUnit(unit) ||
    unit === 45 ||
    unit === 46 ||
    unit === 95 ||
    unit === 36 ||
    (unit <= symbol.decoded && unit > 0)
  );
}

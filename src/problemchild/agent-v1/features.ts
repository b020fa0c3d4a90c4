import type { ProcessEvent } from '../../event/index.ts';
import { families, familyNames } from './lexicon.ts';
import { pathClasses, pathClassTexts } from './path-class.ts';
import { classTexts, programClasses } from './programs.ts';
import { createReading, familyIndex, type Reading, readChild, readParent } from './reading.ts';
import { fillRelations, relationColumns } from './relations.ts';
import { SlotList } from './slots.ts';
import { addSlots, type ShapeColumns } from './slot-filling.ts';

/** Most hashed slots of one event. */
export const slotCapacity = 320;

/** A column of the dense part and what it says when it speaks for or against an event. */
export interface Column {
  readonly name: string;
  readonly text: string;
}

const shapeColumns = [
  ['child.name_length', 'the length of the program name'],
  ['child.name_entropy', 'how random the program name looks'],
  ['child.name_digits', 'digits in the program name'],
  ['child.name_odd_pairs', 'letters that do not belong together in the program name'],
  ['child.imitates', 'a name that imitates a system program'],
  ['child.double_extension', 'a double file extension'],
  ['child.odd_extension', 'a file extension programs do not have'],
  ['child.name_non_ascii', 'letters outside ASCII in the program name'],
  ['child.renamed', 'a renamed system program'],
  ['child.misplaced', "a system program's name outside the system folders"],
  ['child.known', 'a program of no known purpose, or of one'],
  ['child.no_original_name', 'no original file name recorded'],
  ['line.missing', 'no command line recorded'],
  ['line.length', 'the length of the command line'],
  ['line.no_arguments', 'no arguments'],
  ['line.words', 'the number of words'],
  ['line.carets', 'carets'],
  ['line.quotes', 'quotes'],
  ['line.backticks', 'backticks'],
  ['line.variables', 'environment variables'],
  ['line.partial_variables', 'words built from parts of environment variables'],
  ['line.wide', 'letters outside ASCII'],
  ['line.joins', 'strings put together from pieces'],
  ['line.urls', 'a URL'],
  ['line.public_addresses', 'a public IP address'],
  ['line.base64', 'a base64 payload'],
  ['line.decoded', 'an encoded command that reads as text'],
  ['line.executables', 'other programs named'],
  ['line.case_switches', 'mixed upper and lower case'],
  ['line.signs', 'the share of signs among the letters'],
  ['line.pipes', 'pipes and chained commands'],
  ['line.redirects', 'redirected output'],
  ['line.starts_with_path', 'a command line that begins with the full path'],
  ['line.families', 'the number of kinds of suspicious words'],
  ['parent.missing', 'no parent recorded'],
  ['parent.line_missing', "no command line of the parent recorded"],
  ['parent.line_length', "the length of the parent's command line"],
  ['parent.name_entropy', "how random the parent's name looks"],
  ['parent.name_odd_pairs', "letters that do not belong together in the parent's name"],
  ['parent.imitates', "a parent whose name imitates a system program"],
  ['parent.misplaced', "a parent with a system program's name outside the system folders"],
  ['parent.base64', "a base64 payload in the parent's command line"],
  ['parent.urls', "a URL in the parent's command line"],
  ['parent.families', "the number of kinds of suspicious words in the parent's command line"],
  ['parent.same_program', 'a program that starts itself'],
  ['parent.same_folder', 'a parent from the same kind of folder'],
  ['user.system', 'the account SYSTEM or a computer account'],
  ['user.service', 'a service account'],
  ['user.person', "a person's account"],
  ['token.low', 'low integrity'],
  ['token.medium', 'medium integrity'],
  ['token.high', 'high integrity'],
  ['token.system', 'system integrity'],
  ['line.longest_word', 'a very long word'],
  ['line.odd_words', 'words that look generated'],
] as const;

/** The dense part, in the order of the columns. */
export const denseColumns: readonly Column[] = [
  ...shapeColumns.map(([name, text]) => ({ name, text })),
  ...relationColumns.map(([name, text]) => ({ name, text })),
  ...familyNames.map((name) => ({ name: `line.family.${name}`, text: families[name].text })),
  ...familyNames.map((name) => ({
    name: `parent.family.${name}`,
    text: `${families[name].text} in the parent's command line`,
  })),
  ...programClasses.map((name) => ({ name: `child.class.${name}`, text: classTexts[name] })),
  ...programClasses.map((name) => ({ name: `parent.class.${name}`, text: `started by ${classTexts[name]}` })),
  ...pathClasses.map((name) => ({ name: `child.folder.${name}`, text: `run from ${pathClassTexts[name]}` })),
  ...pathClasses.map((name) => ({
    name: `parent.folder.${name}`,
    text: `a parent run from ${pathClassTexts[name]}`,
  })),
];

const columnIndex = new Map(denseColumns.map(({ name }, index) => [name, index]));
const at = (name: (typeof shapeColumns)[number][0] | string): number => columnIndex.get(name)!;
const lineFamily0 = at(`line.family.${familyNames[0]}`);
const parentFamily0 = at(`parent.family.${familyNames[0]}`);
const childClass0 = at(`child.class.${programClasses[0]}`);
const parentClass0 = at(`parent.class.${programClasses[0]}`);
const childFolder0 = at(`child.folder.${pathClasses[0]}`);
const parentFolder0 = at(`parent.folder.${pathClasses[0]}`);

const userColumns = ['user.system', 'user.service', 'user.person'].map(at);
const slotShapes: ShapeColumns = {
  flags: [
    ...relationColumns.map(([name]) => at(name)),
    ...userColumns,
    ...[
      'child.imitates', 'child.double_extension', 'child.odd_extension', 'child.name_non_ascii', 'child.renamed',
      'child.misplaced', 'child.known', 'line.missing', 'line.no_arguments', 'line.carets', 'line.partial_variables',
      'line.joins', 'line.urls', 'line.public_addresses', 'line.base64', 'line.decoded', 'line.pipes', 'line.redirects',
      'parent.imitates', 'parent.misplaced', 'parent.base64', 'parent.urls', 'parent.same_program', 'token.low',
      'token.medium', 'token.high', 'token.system', 'line.odd_words',
    ].map(at),
    ...pathClasses.map((name) => at(`child.folder.${name}`)),
    ...pathClasses.map((name) => at(`parent.folder.${name}`)),
  ],
  users: userColumns,
  families: at('line.families'),
  parentFamilies: at('parent.families'),
};

/** Everything the model sees of one event. Buffers are reused: read them before the next event. */
export interface AgentFeatures {
  readonly dense: Float32Array;
  readonly slots: SlotList;
  readonly child: Reading;
  readonly parent: Reading;
}

/** Reads events one after another into the same buffers. */
export function createExtractor(): (event: ProcessEvent) => AgentFeatures {
  const child = createReading();
  const parent = createReading();
  const dense = new Float32Array(denseColumns.length);
  const slots = new SlotList(slotCapacity);
  const features = { dense, slots, child, parent };

  return (event) => {
    readChild(event, child);
    readParent(event, parent);
    dense.fill(0);
    fillShape(event, child, parent, dense);
    for (let i = 0; i < familyNames.length; i++) {
      dense[lineFamily0 + i] = child.line.familyCounts[i]!;
      dense[parentFamily0 + i] = parent.line.familyCounts[i]!;
    }
    if (child.programClass >= 0) dense[childClass0 + child.programClass] = 1;
    if (parent.programClass >= 0) dense[parentClass0 + parent.programClass] = 1;
    if (child.folder >= 0) dense[childFolder0 + child.folder] = 1;
    if (parent.folder >= 0) dense[parentFolder0 + parent.folder] = 1;
    slots.clear();
    addSlots(child, parent, dense, slotShapes, slots);
    return features;
  };
}

function fillShape(event: ProcessEvent, child: Reading, parent: Reading, out: Float32Array): void {
  const { shape, line } = child;
  const { counts } = line.text;
  const signs = countSigns(line.text.bytes, line.text.length);
  let i = 0;
  out[i++] = shape.length;
  out[i++] = shape.entropy;
  out[i++] = shape.digitShare;
  out[i++] = shape.oddPairs;
  out[i++] = Number(shape.imitates);
  out[i++] = Number(shape.doubleExtension);
  out[i++] = Number(!shape.usualExtension);
  out[i++] = Number(shape.nonAscii);
  out[i++] = Number(child.renamed);
  out[i++] = Number(child.misplaced);
  out[i++] = Number(child.programClass >= 0);
  out[i++] = Number(!child.hasOriginalName);
  out[i++] = Number(!line.present);
  out[i++] = Math.log2(1 + Math.min(line.argumentLength, 4096));
  out[i++] = Number(line.present && line.argumentLength <= 1);
  out[i++] = Math.min(signs.words, 100);
  out[i++] = Math.min(counts.carets, 20);
  out[i++] = Math.min(counts.quotes, 20);
  out[i++] = Math.min(counts.backticks, 20);
  out[i++] = Math.min(counts.variables, 10);
  out[i++] = Math.min(counts.partialVariables, 10);
  out[i++] = Math.min(counts.wide, 10);
  out[i++] = Math.min(counts.joins, 10);
  out[i++] = Math.min(counts.urls, 5);
  out[i++] = Math.min(counts.publicAddresses, 5);
  out[i++] = Math.log2(1 + Math.min(counts.base64Length, 8192));
  out[i++] = Number(line.hasDecoded);
  out[i++] = Math.min(counts.executables, 10);
  out[i++] = Math.min(counts.caseSwitches, 30);
  out[i++] = signs.share;
  out[i++] = Math.min(signs.pipes, 10);
  out[i++] = Math.min(signs.redirects, 10);
  out[i++] = Number(line.startsWithPath);
  out[i++] = countFamilies(line.familyCounts);
  out[i++] = Number(!parent.hasName);
  out[i++] = Number(!parent.line.present);
  out[i++] = Math.log2(1 + Math.min(parent.line.argumentLength, 4096));
  out[i++] = parent.shape.entropy;
  out[i++] = parent.shape.oddPairs;
  out[i++] = Number(parent.shape.imitates);
  out[i++] = Number(parent.misplaced);
  out[i++] = Math.log2(1 + Math.min(parent.line.text.counts.base64Length, 8192));
  out[i++] = Math.min(parent.line.text.counts.urls, 5);
  out[i++] = countFamilies(parent.line.familyCounts);
  out[i++] = Number(child.hasName && child.program === parent.program);
  out[i++] = Number(child.folder >= 0 && child.folder === parent.folder);
  const userClass = classifyUser(event);
  out[i++] = Number(userClass === 1);
  out[i++] = Number(userClass === 2);
  out[i++] = Number(userClass === 3);
  const integrity = classifyIntegrity(event);
  out[i++] = Number(integrity === 1);
  out[i++] = Number(integrity === 2);
  out[i++] = Number(integrity === 3);
  out[i++] = Number(integrity === 4);
  out[i++] = Math.log2(1 + signs.longestWord);
  out[i++] = Math.min(signs.oddWords, 8);
  fillRelations(child, parent, out, i);
}

/** Counted over all families but those that nearly every path or option touches. */
function countFamilies(counts: Uint8Array): number {
  let distinct = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i]! > 0 && i !== familyIndex.writablePath && i !== familyIndex.scriptFile) distinct++;
  return distinct;
}

const signCounts = { words: 0, pipes: 0, redirects: 0, share: 0, longestWord: 0, oddWords: 0 };

function countSigns(bytes: Uint8Array, length: number): typeof signCounts {
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
      consonants = isLetter && unit !== 97 && unit !== 101 && unit !== 105 && unit !== 111 && unit !== 117 && unit !== 121 ? consonants + 1 : 0;
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

/** 0 not known, 1 SYSTEM or a computer account, 2 another service account, 3 a person. */
function classifyUser({ user }: ProcessEvent): number {
  const { id, name } = user;
  if (id === 'S-1-5-18' || name === 'SYSTEM') return 1;
  if (id === 'S-1-5-19' || id === 'S-1-5-20') return 2;
  if (name?.endsWith('$')) return 1;
  if (name !== undefined && (id === undefined || !id.startsWith('S-1-5-21'))) {
    const upper = name.toUpperCase();
    if (upper === 'SYSTEM') return 1;
    if (upper === 'LOCAL SERVICE' || upper === 'NETWORK SERVICE') return 2;
  }
  if (id?.startsWith('S-1-5-82') || id?.startsWith('S-1-5-80')) return 2;
  if (id?.startsWith('S-1-5-21') || id?.startsWith('S-1-12-1')) return 3;
  return name === undefined ? 0 : 3;
}

/** 0 not known, 1 low or untrusted, 2 medium, 3 high, 4 system or protected. */
function classifyIntegrity({ process }: ProcessEvent): number {
  const { integrityLevel, mandatoryLabel } = process.token;
  if (integrityLevel !== undefined) {
    const first = integrityLevel.charCodeAt(0) | 32;
    if (first === 108 || first === 117) return 1;
    if (first === 109) return 2;
    if (first === 104) return 3;
    if (first === 115 || first === 112) return 4;
  }
  if (mandatoryLabel === undefined) return 0;
  const level = Number(mandatoryLabel.slice(mandatoryLabel.lastIndexOf('-') + 1));
  if (!(level >= 0)) return 0;
  return level < 8192 ? 1 : level < 12288 ? 2 : level < 16384 ? 3 : 4;
}

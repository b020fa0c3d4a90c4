import type { ProcessEvent } from '../../event/index.ts';
import type { Facts } from '../recent-answers.ts';
import { classifyIntegrity, classifyUser } from './account.ts';
import { denseColumns } from './columns.ts';
import { readFactsOf } from './feature-facts.ts';
import { familyNames } from './lexicon.ts';
import { familyIndex } from './line.ts';
import { pathClasses } from './path-class.ts';
import { programClasses } from './programs.ts';
import { createReading, type Reading, readChild, readParent } from './reading.ts';
import { fillRelations, relationColumns } from './relations.ts';
import { countSigns } from './sign-counts.ts';
import { addSlots, type ShapeColumns } from './slot-filling.ts';
import { SlotList } from './slots.ts';

/** Most hashed slots of one event. */
export const slotCapacity = 320;

const columnIndex = new Map(denseColumns.map(({ name }, index) => [name, index]));
const at = (name: string): number => columnIndex.get(name)!;
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
      'child.imitates',
      'child.double_extension',
      'child.odd_extension',
      'child.name_non_ascii',
      'child.renamed',
      'child.misplaced',
      'child.known',
      'line.missing',
      'line.no_arguments',
      'line.carets',
      'line.partial_variables',
      'line.joins',
      'line.urls',
      'line.public_addresses',
      'line.base64',
      'line.decoded',
      'line.pipes',
      'line.redirects',
      'parent.imitates',
      'parent.misplaced',
      'parent.base64',
      'parent.urls',
      'parent.same_program',
      'token.low',
      'token.medium',
      'token.high',
      'token.system',
      'line.odd_words',
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

/** Makes features of events, one after another, in the same buffers. */
export interface Extractor {
  extract(event: ProcessEvent): AgentFeatures;
  /** What {@link extract} makes them of. */
  factsOf(event: ProcessEvent): Facts;
}

export function createExtractor(): Extractor {
  const child = createReading();
  const parent = createReading();
  const dense = new Float32Array(denseColumns.length);
  const slots = new SlotList(slotCapacity);
  const features = { dense, slots, child, parent };

  function read(event: ProcessEvent): void {
    readChild(event, child);
    readParent(event, parent);
  }

  function extract(event: ProcessEvent): AgentFeatures {
    read(event);
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
  }

  return {
    extract,
    factsOf(event) {
      read(event);
      return readFactsOf(event, child, parent);
    },
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
  for (let i = 0; i < counts.length; i++)
    if (counts[i]! > 0 && i !== familyIndex.writablePath && i !== familyIndex.scriptFile) distinct++;
  return distinct;
}

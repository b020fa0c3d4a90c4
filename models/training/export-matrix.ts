/**
 * Labelled NDJSON to feature matrices, with the agent's own decoders and features.
 *
 *   node models/training/export-matrix.ts <feature set> <output folder> <folder of events>...
 *
 * Writes matrix.f32 (little-endian float32, rows × columns), rows.ndjson (one line per row) and
 * columns.json. Rows that read alike (same label, program, normal line, parent and folder) are one row with a count.
 */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJson, type ProcessEvent } from '../../src/event/index.ts';
import { createExtractor } from '../../src/problemchild/agent-v1/features.ts';
import { spellOut } from '../../src/problemchild/agent-v1/symbols.ts';
import { featureSets } from '../../src/problemchild/index.ts';
import { eventFiles, linesOf } from './event-files.ts';
import {
  asSystem,
  bareGroups,
  createRandom,
  renamed,
  respelled,
  sparse,
  type VariantName,
  withoutParent,
  withSurroundingsOf,
} from './variants.ts';

interface Label {
  readonly 'event.id': string;
  readonly group: string;
  readonly provider: string;
  readonly label: string;
  readonly origin: string | null;
  readonly why: string;
  readonly technique: string | null;
  readonly family?: string;
  readonly synthetic_parent: boolean;
}

const [, , setName, outFolder, ...dataFolders] = process.argv;
if (setName === undefined || outFolder === undefined || dataFolders.length === 0) {
  process.stderr.write('usage: export-matrix.ts <feature set> <output folder> <folder of events>...\n');
  process.exit(2);
}

const encoder = featureSets[setName]!.createEncoder();
const { extract } = createExtractor();
mkdirSync(outFolder, { recursive: true });
writeFileSync(join(outFolder, 'columns.json'), JSON.stringify(encoder.inputs));
const matrix = createWriteStream(join(outFolder, 'matrix.f32'));
const rows = createWriteStream(join(outFolder, 'rows.ndjson'));

const labels = new Map<string, Label>();
for (const path of eventFiles(dataFolders, (name) => name.startsWith('labels'))) {
  for await (const line of linesOf(path)) {
    const label = JSON.parse(line) as Label;
    labels.set(label['event.id'], label);
  }
}

interface Distinct {
  readonly event: ProcessEvent;
  readonly label: Label;
  readonly key: string;
  readonly lineKey: string;
  count: number;
}

const distinct = new Map<string, Distinct>();
let rejected = 0;
for (const file of eventFiles(dataFolders, (name) => !name.startsWith('labels'))) {
  let record = 0;
  for await (const line of linesOf(file)) {
    record++;
    const decoded = decodeJson(line, { source: file, record, offset: 0 });
    if (decoded.kind !== 'start') {
      rejected++;
      continue;
    }
    const label = labels.get(decoded.id);
    if (label === undefined) continue;
    const { child, parent } = extract(decoded);
    const lineKey = `${child.shape.name}|${spellOut(child.line.text.toString())}`;
    const key = `${lineKey}|${parent.program}|${child.folder}`;
    const identity = `${label.group}|${label.label}|${label.origin}|${key}|${spellOut(parent.line.text.toString())}`;
    const known = distinct.get(identity);
    if (known === undefined) distinct.set(identity, { event: decoded, label, key, lineKey, count: 1 });
    else known.count++;
  }
}

const random = createRandom(20260821);
/** Both classes of bare command lines borrow from one pool, so that a parent speaks for neither. */
const lenders = [...distinct.values()]
  .filter(({ label }) => label.group === 'benign-admin')
  .map(({ event }) => event);
let rowCount = 0;
const buffer = new Float32Array(encoder.width);
for (const item of distinct.values()) {
  const { label } = item;
  const bare = bareGroups.has(label.group);
  const event = bare ? sparse(withoutParent(item.event)) : item.event;
  await write(item, 'asRecorded', event);
  if (label.label === 'unknown' || setName !== 'agent-v1') continue;
  if (label.group !== 'sigma-rules') await write(item, 'respelled', respelled(sparse(event), random));
  if (label.group === 'sigma-rules') {
    // What a rule asks for is all there is: taking the parent away would make it another event.
    if (!label.synthetic_parent) continue;
  } else if (!bare) {
    await write(item, 'withoutParent', withoutParent(event));
    await write(item, 'sparse', sparse(event));
  } else {
    const lender = lenders[Math.floor(random() * lenders.length)]!;
    if (label.group === 'benign-admin') {
      await write(item, 'ownParent', item.event);
      await write(item, 'sparse', sparse(item.event));
    }
    await write(item, 'borrowedParent', withSurroundingsOf(item.event, lender));
  }
  if (label.label === 'malicious' && looksPlain(event)) await write(item, 'asSystem', asSystem(event));
  if (label.label === 'malicious') await write(item, 'renamed', renamed(event, random));
}
await Promise.all([end(matrix), end(rows)]);
process.stdout.write(
  `${JSON.stringify({ distinct: distinct.size, rows: rowCount, columns: encoder.width, rejected })}\n`,
);

/** Whether the line alone says what it is, whoever runs it: several kinds of suspicious words, or a payload. */
function looksPlain(event: ProcessEvent): boolean {
  const { familyCounts, text } = extract(event).child.line;
  return (
    familyCounts.reduce((kinds, count) => kinds + Number(count > 0), 0) >= 3 || text.counts.base64Length > 200
  );
}

async function write(item: Distinct, variant: VariantName, event: ProcessEvent): Promise<void> {
  encoder.write(event, buffer, 0);
  if (!matrix.write(Buffer.from(Float32Array.from(buffer).buffer)))
    await new Promise<void>((done) => matrix.once('drain', () => done()));
  const { label } = item;
  const { child, parent } = extract(event);
  rows.write(
    `${JSON.stringify({
      id: label['event.id'],
      group: label.group,
      provider: label.provider,
      label: label.label,
      origin: label.origin,
      why: label.why,
      technique: label.technique,
      family: label.family,
      variant,
      count: item.count,
      key: item.key,
      lineKey: item.lineKey,
      name: child.shape.name,
      program: child.program,
      text: spellOut(child.line.text.toString()).slice(0, 300),
      parent: parent.program,
      parentText: spellOut(parent.line.text.toString()).slice(0, 200),
      folder: child.folder,
      user: item.event.user.id ?? item.event.user.name,
    })}\n`,
  );
  rowCount++;
}

function end(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((done) => stream.end(() => done()));
}

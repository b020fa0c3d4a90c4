/**
 * Elastic's features of the rows that export-matrix.ts wrote for the events as they were recorded.
 *
 *   node models/training/export-categories.ts <feature set> <matrix folder> <output folder> <folder of events>...
 *
 * Writes codes.i32 (little-endian int32, rows × columns; -1 is a missing value), rows.json (which row of the
 * matrix each is) and columns.json. A feature's values are numbered as they come: a code is a name, not a quantity.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJson, type ProcessEvent } from '../../src/event/index.ts';
import { type FeatureValue, featureSets } from '../../src/problemchild/index.ts';
import { eventFiles, linesOf } from './event-files.ts';
import { bareGroups, sparse, withoutParent } from './variants.ts';

const [, , setName, matrixFolder, outFolder, ...dataFolders] = process.argv;
const set = featureSets[setName ?? ''];
if (set === undefined || matrixFolder === undefined || outFolder === undefined || dataFolders.length === 0) {
  process.stderr.write(
    'usage: export-categories.ts <feature set> <matrix folder> <output folder> <folder of events>...\n',
  );
  process.exit(2);
}

interface Row {
  readonly id: string;
  readonly group: string;
  readonly variant: string;
}

const wanted = new Map<string, { readonly at: number; readonly group: string }>();
readFileSync(join(matrixFolder, 'rows.ndjson'), 'utf8')
  .split('\n')
  .forEach((line, at) => {
    if (line === '') return;
    const { id, group, variant } = JSON.parse(line) as Row;
    if (variant === 'asRecorded') wanted.set(id, { at, group });
  });

const columns = new Map<string, { readonly place: number; readonly codes: Map<FeatureValue, number> }>();
const found: { at: number; codes: Int32Array }[] = [];
for (const file of eventFiles(dataFolders, (name) => !name.startsWith('labels'))) {
  let record = 0;
  for await (const line of linesOf(file)) {
    record++;
    const decoded = decodeJson(line, { source: file, record, offset: 0 });
    if (decoded.kind !== 'start') continue;
    const row = wanted.get(decoded.id);
    if (row === undefined) continue;
    wanted.delete(decoded.id);
    found.push({ at: row.at, codes: encode(bareGroups.has(row.group) ? bare(decoded) : decoded) });
  }
}
if (wanted.size > 0)
  throw new Error(`${wanted.size} rows of ${matrixFolder} have no event in the folders given`);

found.sort((a, b) => a.at - b.at);
const matrix = new Int32Array(found.length * columns.size).fill(-1);
found.forEach(({ codes }, index) => {
  matrix.set(codes, index * columns.size);
});
mkdirSync(outFolder, { recursive: true });
writeFileSync(join(outFolder, 'codes.i32'), matrix);
writeFileSync(join(outFolder, 'rows.json'), JSON.stringify(found.map(({ at }) => at)));
writeFileSync(
  join(outFolder, 'columns.json'),
  JSON.stringify([...columns].map(([name, { codes }]) => ({ name, values: codes.size }))),
);
process.stdout.write(`${JSON.stringify({ rows: found.length, columns: columns.size })}\n`);

function bare(event: ProcessEvent): ProcessEvent {
  return sparse(withoutParent(event));
}

/** Codes by column; columns that only later events have are missing at the end. */
function encode(event: ProcessEvent): Int32Array {
  const known: [place: number, code: number][] = [];
  for (const [name, value] of Object.entries(set!.describe(event))) {
    const column = columns.get(name) ?? { place: columns.size, codes: new Map<FeatureValue, number>() };
    columns.set(name, column);
    const code = column.codes.get(value) ?? column.codes.size;
    column.codes.set(value, code);
    known.push([column.place, code]);
  }
  const codes = new Int32Array(columns.size).fill(-1);
  for (const [place, code] of known) codes[place] = code;
  return codes;
}

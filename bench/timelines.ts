/**
 * Incidents against labelled recordings: which attack phases are told, and how many benign incidents there are
 * per host and day. One NDJSON line a recording.
 *
 *     node bench/timelines.ts FOLDER
 *
 * FOLDER holds NAME.ndjson.gz and NAME.phases.json.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { measureTimeline } from '../test/support/timelines.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node bench/timelines.ts FOLDER\n');
  process.exit(2);
}
for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith('.phases.json')) continue;
  const figures = await measureTimeline(join(folder, file.replace(/\.phases\.json$/, '')));
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

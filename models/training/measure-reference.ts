/**
 * Scores the recorded telemetry with a bundle and keeps, in its bundle.json, the histogram that drift is
 * measured against: `training.drift`.
 *
 *   node models/training/measure-reference.ts <bundle folder> <folder of events>
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeJson, type ProcessEvent } from '../../src/event/index.ts';
import { createDriftTally, openScorer } from '../../src/problemchild/index.ts';

const [, , bundleFolder, dataFolder] = process.argv;
if (bundleFolder === undefined || dataFolder === undefined) {
  process.stderr.write('usage: measure-reference.ts <bundle folder> <folder of events>\n');
  process.exit(2);
}

/** Bare command lines are no telemetry. */
const commandOnly = /^(labels|atomic-red-team|lolbas|benign-admin)/;

const labels = new Map<string, string>();
for (const line of linesOf('labels.ndjson.gz')) {
  const label = JSON.parse(line) as { 'event.id': string; label: string };
  labels.set(label['event.id'], label.label);
}
const tally = createDriftTally();
const scorer = await openScorer(bundleFolder);
for (const file of readdirSync(dataFolder).sort()) {
  if (!file.endsWith('.ndjson.gz') || commandOnly.test(file)) continue;
  const events: ProcessEvent[] = [];
  linesOf(file).forEach((line, index) => {
    const event = decodeJson(line, { source: file, record: index + 1, offset: 0 });
    // A host in peace is the reference; attacks are what drift should show.
    if (event.kind === 'start' && labels.get(event.id) === 'benign') events.push(event);
  });
  const predictions = await scorer.score(events);
  for (const [index, { maliciousProbability }] of predictions.entries()) {
    tally.count(events[index]!, maliciousProbability);
  }
}
await scorer.close();

const path = join(bundleFolder, 'bundle.json');
const bundle = JSON.parse(readFileSync(path, 'utf8')) as { training: Record<string, unknown> };
bundle.training['drift'] = tally.snapshot();
writeFileSync(path, `${JSON.stringify(bundle, null, 1)}\n`);

function linesOf(file: string): string[] {
  return gunzipSync(readFileSync(join(dataFolder!, file)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/**
 * Learns src/anomaly/priors.json from recordings of ordinary Windows activity:
 *
 *   node models/priors/build.ts ../shared/data/process-events [--without GROUP]... > src/anomaly/priors.json
 *
 * The folder has one gzip NDJSON file of ECS documents per group and labels.ndjson.gz. Only process starts
 * labelled benign count, and only of groups that are telemetry: command lines out of documentation have no
 * real parents and no real frequencies.
 *
 * A name is sighted once per host and 15-minute bucket. Hosts differ in length a thousandfold, so each is
 * scaled to the square root of its sightings. Only names and pairs that several hosts share are listed: what
 * one lab alone runs says nothing of elsewhere and belongs to the unlisted share, as do names at all rare.
 */
import { learnPriors } from './learn.ts';

const [folder, ...options] = process.argv.slice(2);
const without = options.filter((_, index) => options[index - 1] === '--without');
if (folder === undefined || options.length !== 2 * without.length) {
  process.stderr.write('usage: node models/priors/build.ts FOLDER [--without GROUP]...\n');
  process.exitCode = 2;
} else {
  process.stdout.write(`${JSON.stringify(learnPriors(folder, without), undefined, 2)}\n`);
}

import { Command, Option } from 'commander';
import { openFeatureRun } from '../../agent/index.ts';
import { featureSets } from '../../problemchild/index.ts';
import { openCommandLog } from '../command-log.ts';
import type { CliIo } from '../io.ts';
import { MatrixWriter } from '../matrix-file-writer.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';
import { ResultWriter } from '../result-writer.ts';
import { endCodeOf, runInputs } from '../run-inputs.ts';
import { formatSummary } from '../summary.ts';

/** `problemchild features FILE…`: what a feature set makes of each process start, by name or as a matrix. */
export function featuresCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('features')
    .description(
      'Print the features of each process start as JSON lines, or write them as a matrix for training.',
    )
    .argument('<file...>', 'EVTX or JSON files, also .gz and .zip, folders, globs, or - for standard input')
    .addOption(
      new Option('--set <name>', 'feature set').choices(Object.keys(featureSets)).default('agent-v1'),
    )
    .option(
      '--out <file>',
      'write a float32 matrix in NumPy format there, its columns to <file>.columns.json, and print only event ids',
    );
  addSettingFlags(command, ['format', 'batchSize', 'logLevel']);
  return command.action(async (files: string[], options: { set: string; out?: string }) => {
    const startedMs = performance.now();
    const { config } = loadCommandConfig(io, { ...options });
    const log = openCommandLog(io, config.log);
    const run = openFeatureRun({ config, files, stdin: io.stdin }, options.set);
    const encoder = run.set.createEncoder();
    const matrix =
      options.out === undefined ? undefined : await MatrixWriter.create(options.out, encoder.inputs);
    const writer = new ResultWriter(io.stdout);
    const { source, tally } = run;
    const isStopped = await runInputs(io, source, config, log, async (batch, isWaiting) => {
      for (const event of run.take(batch)) {
        if (matrix === undefined) {
          writer.json({ 'event.id': event.id, features: run.set.describe(event) });
        } else {
          await matrix.row((out, offset) => encoder.write(event, out, offset));
          writer.json({ 'event.id': event.id });
        }
      }
      await writer.flush(isWaiting);
      return !writer.closed;
    });
    await writer.flush(true);
    await matrix?.close();
    io.stderr.write(`${formatSummary(tally, source.inputs, (performance.now() - startedMs) / 1_000)}\n`);
    await log.close();
    finish(endCodeOf(tally, isStopped));
  });
}

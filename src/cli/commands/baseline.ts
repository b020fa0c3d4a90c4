import { Command } from 'commander';
import { exportBaseline, importBaseline, openScoreRun, openUserHash } from '../../agent/index.ts';
import {
  type Baseline,
  BaselineLearner,
  formatBaseline,
  mergeBaselines,
  readBaselineFile,
  writeBaselineFile,
} from '../../anomaly/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openCommandLog } from '../command-log.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';
import { endCodeOf, runAllInputs } from '../run-inputs.ts';
import { formatSummary } from '../summary.ts';

type Options = Record<string, unknown>;

/** `problemchild baseline …`: what is ordinary, learnt from recordings and carried across a fleet. */
export function baselineCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  return new Command('baseline')
    .description('Learn, merge, export and import what an organisation ordinarily starts.')
    .addCommand(buildCommand(io, finish))
    .addCommand(mergeCommand(io))
    .addCommand(exportCommand(io))
    .addCommand(importCommand(io));
}

function buildCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('build')
    .description('Learn a baseline from recordings of ordinary days; flagged starts are left out.')
    .argument('<file...>', 'EVTX or JSON files, also .gz and .zip, folders, globs, or - for standard input')
    .option('--out <file>', 'file to write (default: standard output)');
  addSettingFlags(command, ['format', 'model', 'batchSize', 'logLevel']);
  return command.action(async (files: string[], options: Options) => {
    const startedMs = performance.now();
    const { config } = loadCommandConfig(io, options);
    const log = openCommandLog(io, config.log);
    const scoring = await openScoreRun({ config, files, stdin: io.stdin, log });
    try {
      const { source, tally } = scoring;
      const learner = new BaselineLearner(openUserHash(config));
      await runAllInputs(io, source, config, log, async (batch) => {
        for (const start of await scoring.score(batch)) learner.learn(start);
        return true;
      });
      const { learnt, flagged } = learner.counts;
      io.stderr.write(`${formatSummary(tally, source.inputs, (performance.now() - startedMs) / 1_000)}\n`);
      io.stderr.write(`learnt from ${learnt} starts, left out ${flagged} flagged ones\n`);
      put(io, options, learner.finish());
      finish(endCodeOf(tally));
    } finally {
      await scoring.close();
      await log.close();
    }
  });
}

function mergeCommand(io: CliIo): Command {
  return new Command('merge')
    .description('Add baselines up.')
    .argument('<baseline...>', 'baseline files')
    .option('--out <file>', 'file to write (default: standard output)')
    .action((files: string[], options: Options) => {
      put(io, options, mergeBaselines(files.map(readBaselineFile)));
    });
}

function exportCommand(io: CliIo): Command {
  const command = new Command('export')
    .description('Write down what the agent with this state file has learnt.')
    .option('--out <file>', 'file to write (default: standard output)');
  return addSettingFlags(command, ['state']).action(async (options: Options) => {
    put(io, options, exportBaseline((await loadAgentConfig(io, options)).config));
  });
}

function importCommand(io: CliIo): Command {
  const command = new Command('import')
    .description('Let the agent with this state file begin from a baseline.')
    .argument('<baseline...>', 'baseline files; several are added up')
    .option('--add', 'add to the baseline that was imported before instead of replacing it');
  return addSettingFlags(command, ['state']).action(async (files: string[], options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const imported = importBaseline(
      config,
      mergeBaselines(files.map(readBaselineFile)),
      options['add'] === true,
    );
    io.stderr.write(`imported ${describe(imported)}\n`);
  });
}

function put(io: CliIo, options: Options, baseline: Baseline): void {
  const out = options['out'];
  if (typeof out !== 'string') {
    io.stdout.write(formatBaseline(baseline));
    return;
  }
  writeBaselineFile(out, baseline);
  io.stderr.write(`wrote ${describe(baseline)}\n`);
}

function describe({ hosts, sightings, processes, parents, users }: Baseline): string {
  const count = (counted: object): number => Object.keys(counted).length;
  return `a baseline of ${hosts} hosts: ${sightings} sightings of ${count(processes)} processes, ${count(parents)} parents, ${count(users)} users`;
}

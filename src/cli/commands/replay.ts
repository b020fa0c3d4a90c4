import { Command } from 'commander';
import { logSkippedIndicators, openReplayRun } from '../../agent/index.ts';
import type { DeskOutcome } from '../../alert/index.ts';
import { AlertPrinter } from '../alert-printer.ts';
import { openCommandLog } from '../command-log.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';
import { ResultWriter } from '../result-writer.ts';
import { endCodeOf, runInputs } from '../run-inputs.ts';
import { formatSummary } from '../summary.ts';

const defaultWidth = 160;

/** `problemchild replay FILE…`: the whole pipeline over recordings; prints alerts. */
export function replayCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('replay')
    .description('Run recorded process starts through the whole pipeline and print the alerts.')
    .argument('<file...>', 'EVTX or JSON files, also .gz and .zip, folders, globs, or - for standard input');
  addSettingFlags(command, [
    'output',
    'format',
    'model',
    'state',
    'exceptions',
    'iocs',
    'batchSize',
    'logLevel',
  ]);
  return command.action(async (files: string[], options: Record<string, unknown>) => {
    const startedMs = performance.now();
    const { config } = loadCommandConfig(io, options);
    const log = openCommandLog(io, config.log);
    const replay = await openReplayRun({ config, files, stdin: io.stdin, log });
    logSkippedIndicators(log, replay.stages.iocs.current);
    try {
      const writer = new ResultWriter(io.stdout);
      const printer = new AlertPrinter(writer, {
        format: config.output.format,
        width: io.stdout.columns ?? defaultWidth,
        colour: io.stdout.isTTY === true && io.env['NO_COLOR'] === undefined,
      });
      const { pipeline, source, bookmark } = replay;
      const show = (outcome: DeskOutcome): void => {
        for (const alert of outcome.alerts) printer.alert(alert);
        for (const incident of outcome.incidents) printer.postpone(incident);
      };
      const isStopped = await runInputs(
        io,
        source,
        config,
        log,
        async (batch, isWaiting) => {
          show(await pipeline.process(source.name, batch));
          await writer.flush(isWaiting);
          return !writer.closed;
        },
        bookmark,
      );
      // What a stopped run has not seen the end of, a run that goes on from its state file will.
      if (!writer.closed && !isStopped) show(pipeline.finish());
      await printer.postponed(replay.incidentDocument);
      await writer.flush(true);
      const { tally } = pipeline;
      const seconds = (performance.now() - startedMs) / 1_000;
      io.stderr.write(`${formatSummary(tally, source.inputs, seconds, source.resumed)}\n`);
      finish(endCodeOf(tally, isStopped));
    } finally {
      await replay.close();
      await log.close();
    }
  });
}

import { Command } from 'commander';
import { openScoreRun } from '../../agent/index.ts';
import { predictionToEcs } from '../../alert/index.ts';
import type { ScoredStart } from '../../anomaly/index.ts';
import { toEcsLine } from '../../event/index.ts';
import { openCommandLog } from '../command-log.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';
import { ResultWriter } from '../result-writer.ts';
import { endCodeOf, runInputs } from '../run-inputs.ts';
import { formatSummary } from '../summary.ts';

/** `problemchild score FILE…`: one NDJSON line for each process start, with what the model says of it. */
export function scoreCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('score')
    .description('Print one JSON line for each process start, with its score.')
    .argument('<file...>', 'EVTX or JSON files, also .gz and .zip, folders, globs, or - for standard input');
  addSettingFlags(command, ['format', 'model', 'batchSize', 'logLevel']);
  return command.action(async (files: string[], options: Record<string, unknown>) => {
    const startedMs = performance.now();
    const { config } = loadCommandConfig(io, options);
    const log = openCommandLog(io, config.log);
    const scoring = await openScoreRun({ config, files, stdin: io.stdin, log });
    try {
      const writer = new ResultWriter(io.stdout);
      const { source, tally } = scoring;
      const isStopped = await runInputs(io, source, config, log, async (batch, isWaiting) => {
        for (const scored of await scoring.score(batch)) writer.jsonText(toLine(scored));
        await writer.flush(isWaiting);
        return !writer.closed;
      });
      await writer.flush(true);
      io.stderr.write(`${formatSummary(tally, source.inputs, (performance.now() - startedMs) / 1_000)}\n`);
      finish(endCodeOf(tally, isStopped));
    } finally {
      await scoring.close();
      await log.close();
    }
  });
}

function toLine({ event, prediction }: ScoredStart): string {
  return toEcsLine(event, 'problemchild.score', { problemchild: predictionToEcs(prediction) });
}

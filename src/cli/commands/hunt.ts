import { Command, InvalidArgumentError } from 'commander';
import { runHunt } from '../../agent/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openConsoleLog } from '../command-log.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';

const hourMs = 3_600_000;

/** `problemchild hunt`: scores process starts that a cluster already holds. */
export function huntCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('hunt')
    .description(
      'Score process starts that are already in Elasticsearch or OpenSearch, and write the scores back.',
    )
    .requiredOption('--from <time>', 'first moment, as 2026-11-18T00:00:00Z', parseTime)
    .requiredOption('--to <time>', 'end, not included', parseTime)
    .option('--destination <name>', 'the elasticsearch destination whose cluster is searched')
    .option('--index <pattern>', 'what to search', 'logs-*,winlogbeat-*,-logs-problemchild.*')
    .option('--target <data-stream>', 'what takes the scores', 'logs-problemchild.score-default')
    .option(
      '--min-probability <p>',
      'least malicious probability of a score that is written',
      parseShare,
      0.5,
    )
    .option('--slice-hours <hours>', 'stretch of time that one worker takes at a time', parsePositive, 1)
    .option(
      '--warm-up-minutes <minutes>',
      'read before each slice, so that parents are known',
      parsePositive,
      15,
    )
    .option('--parallel <workers>', 'slices at a time', parsePositive, 4)
    .option('--page-size <documents>', 'documents of one search', parsePositive, 1_000)
    .option('--checkpoint <file>', 'remembers how far the hunt is, so that it can be resumed');
  addSettingFlags(command, ['model', 'logLevel']);
  return command.action(async (options: Record<string, unknown>) => {
    const { config } = await loadAgentConfig(io, options);
    const log = openConsoleLog(io, config.log);
    const text = (name: string): string | undefined =>
      typeof options[name] === 'string' ? options[name] : undefined;
    try {
      const report = await runHunt(
        { config, env: io.env, onSecret: (secret) => log.hide(secret) },
        {
          destination: text('destination'),
          index: text('index') ?? '',
          target: text('target') ?? '',
          fromMs: Number(options['from']),
          toMs: Number(options['to']),
          minProbability: Number(options['minProbability']),
          sliceMs: Number(options['sliceHours']) * hourMs,
          warmUpMs: Number(options['warmUpMinutes']) * 60_000,
          parallel: Math.ceil(Number(options['parallel'])),
          pageSize: Math.min(10_000, Math.ceil(Number(options['pageSize']))),
          checkpointFile: text('checkpoint'),
        },
        log,
      );
      printJson(io, report);
      finish(report.refused > 0 ? exitCodes.inputUnread : exitCodes.fine);
    } finally {
      await log.close();
    }
  });
}

function parseTime(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('a time such as 2026-11-18T00:00:00Z.');
  return ms;
}

function parseShare(text: string): number {
  const share = Number(text);
  if (!(share >= 0 && share <= 1)) throw new InvalidArgumentError('a number from 0 to 1.');
  return share;
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('a number above 0.');
  return value;
}

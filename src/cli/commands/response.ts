import { Command, Option } from 'commander';
import { openRehearsalRun } from '../../agent/index.ts';
import { actionToEcs, isolationToEcs, type ResponseMode } from '../../response/index.ts';
import { formatAction, formatActionHeader, formatIsolation, formatPrograms } from '../action-table.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openConsoleLog } from '../command-log.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { ResultWriter } from '../result-writer.ts';
import { endCodeOf, runInputs } from '../run-inputs.ts';
import { formatSummary } from '../summary.ts';
import { armingCommands } from './response-arming.ts';

type Options = Readonly<Record<string, unknown>>;

const defaultWidth = 160;

/** `problemchild response …`: what is done about flagged processes. */
export function responseCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('response')
    .description('Rehearse, arm, disarm and look at what is done about flagged processes.')
    .addCommand(rehearseCommand(io, finish));
  for (const child of armingCommands(io)) command.addCommand(child);
  return command;
}

function rehearseCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('rehearse')
    .description('Show what an armed policy would have done on recordings. Nothing is ever acted on.')
    .argument('<file...>', 'EVTX or JSON files, also .gz and .zip, folders, globs, or - for standard input')
    .addOption(
      new Option('--mode <mode>', 'mode to rehearse (default: the configured one, or terminate)').choices([
        'suspend',
        'terminate',
      ]),
    );
  addSettingFlags(command, ['output', 'format', 'model', 'state', 'batchSize', 'logLevel']);
  return command.action(async (files: string[], options: Options) => {
    const startedMs = performance.now();
    const { config } = await loadAgentConfig(io, options);
    const log = openConsoleLog(io, config.log);
    const configured = config.response.mode === 'audit' ? 'terminate' : config.response.mode;
    const mode = (options['mode'] as ResponseMode | undefined) ?? configured;
    const rehearsal = await openRehearsalRun({ config, files, stdin: io.stdin, log }, mode);
    try {
      const writer = new ResultWriter(io.stdout);
      const asTable = config.output.format === 'table';
      const width = io.stdout.columns ?? defaultWidth;
      let isHeaded = false;
      const { source, tally } = rehearsal;
      const isStopped = await runInputs(io, source, config, log, async (batch, isWaiting) => {
        for (const rehearsed of await rehearsal.take(batch)) {
          if (!asTable) {
            const { action, assumed } = rehearsed;
            writer.json(actionToEcs(action, { rehearsal: true, assumed }));
            continue;
          }
          if (!isHeaded) writer.line(formatActionHeader());
          isHeaded = true;
          writer.line(formatAction(rehearsed, width));
        }
        await writer.flush(isWaiting);
        return !writer.closed;
      });
      for (const change of rehearsal.finish()) {
        if (asTable) writer.line(formatIsolation(change));
        else writer.json(isolationToEcs(change));
      }
      await writer.flush(true);
      for (const line of formatPrograms(rehearsal.report())) io.stderr.write(`${line}\n`);
      io.stderr.write(`${formatSummary(tally, source.inputs, (performance.now() - startedMs) / 1_000)}\n`);
      finish(endCodeOf(tally, isStopped));
    } finally {
      await rehearsal.close();
      await log.close();
    }
  });
}

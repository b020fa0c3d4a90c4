import { Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { type ExplainRun, openExplainRun, readStoredAlert } from '../../agent/index.ts';
import { predictionToEcs, type Reason, readAlertDocument } from '../../alert/index.ts';
import type { ScoredStart } from '../../anomaly/index.ts';
import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { toEcs } from '../../event/index.ts';
import { escapeForTerminal, shortenForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openCommandLog, openConsoleLog } from '../command-log.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';
import { ResultWriter } from '../result-writer.ts';
import { endCodeOf, runInputs } from '../run-inputs.ts';
import { formatSummary } from '../summary.ts';

const defaultReasons = 10;
const lineWidth = 120;

/** `problemchild explain [ALERT]`: what moved the score of an alert, or of the events on standard input. */
export function explainCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('explain')
    .description(
      'Say in words what moved a score: of an alert in the state file, or of events on standard input.',
    )
    .argument('[alert]', 'id of an alert in the state file; without it, events are read from standard input')
    .addOption(
      new Option('--top <count>', 'most reasons for each event')
        .default(defaultReasons)
        .argParser((text) => parseCount(text)),
    );
  addSettingFlags(command, ['state', 'format', 'model', 'output', 'batchSize', 'logLevel']);
  return command.action(async (alert: string | undefined, options: Record<string, unknown>) => {
    const startedMs = performance.now();
    const load = alert === undefined ? loadCommandConfig : loadAgentConfig;
    const { config } = await load(io, options);
    const log = alert === undefined ? openCommandLog(io, config.log) : openConsoleLog(io, config.log);
    const stdin = alert === undefined ? io.stdin : Readable.from([storedEvent(config, alert)]);
    const run = await openExplainRun({ config, files: ['-'], stdin, log });
    const writer = new ResultWriter(io.stdout);
    try {
      const isStopped = await runInputs(io, run.source, config, log, async (batch, isWaiting) => {
        for (const start of await run.score(batch)) {
          const reasons = run.explain(start.event, options['top'] as number);
          if (config.output.format === 'ndjson') writer.json(toDocument(start, run, reasons));
          else writer.line(toText(start, reasons));
        }
        await writer.flush(isWaiting);
        return !writer.closed;
      });
      await writer.flush(true);
      if (run.tally.processEvents === 0 && !isStopped)
        throw new AgentError('PC_USAGE', 'standard input held no process start');
      // Of a stored alert there is one start, and nothing to account for.
      if (alert === undefined) {
        const seconds = (performance.now() - startedMs) / 1_000;
        io.stderr.write(`${formatSummary(run.tally, run.source.inputs, seconds)}\n`);
      }
      finish(endCodeOf(run.tally, isStopped));
    } finally {
      await run.close();
      await log.close();
    }
  });
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new AgentError(
      'PC_USAGE',
      `--top takes a whole number from 1 on, not ${escapeForTerminal(text, 40)}`,
    );
  }
  return count;
}

/** The start that a stored alert is about, as a line for the reader of standard input. */
function storedEvent(config: Config, alertId: string): Buffer {
  const document = readStoredAlert(config, alertId);
  if (document === undefined) {
    throw new AgentError('PC_USAGE', `the state file has no alert ${escapeForTerminal(alertId, 80)}`);
  }
  return Buffer.from(`${JSON.stringify(toEcs(readAlertDocument(document).subject.event))}\n`);
}

function toText({ event, prediction }: ScoredStart, reasons: readonly Reason[]): string {
  const { name, commandLine, executable, parent } = event.process;
  const title = `${shortenForTerminal(parent.name ?? '?', 60)} → ${shortenForTerminal(name ?? '?', 60)}`;
  return [
    `${prediction.maliciousProbability.toFixed(3)}  ${title}  (event ${escapeForTerminal(event.id, 80)})`,
    `       ${shortenForTerminal(commandLine ?? executable ?? '-', lineWidth)}`,
    ...reasons.map(({ text, weight }) => `${formatWeight(weight)}  ${escapeForTerminal(text, lineWidth)}`),
  ].join('\n');
}

function formatWeight(weight: number): string {
  return `${weight >= 0 ? '+' : ''}${weight.toFixed(2)}`.padStart(7);
}

function toDocument(
  { event, prediction }: ScoredStart,
  { bundle }: ExplainRun,
  reasons: readonly Reason[],
): object {
  const document = toEcs(event);
  return {
    ...document,
    event: { ...(document['event'] as object), dataset: 'problemchild.explanation' },
    problemchild: { model: bundle.name, ...predictionToEcs(prediction), reasons },
  };
}

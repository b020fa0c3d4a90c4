import { Command, Option } from 'commander';
import { Document, parse } from 'yaml';
import { openExceptions, openReplayRun, readStoredAlert } from '../../agent/index.ts';
import {
  addException,
  type ExceptionEntry,
  formatVisibleYaml,
  listShippedSets,
  readAlertDocument,
  removeException,
  suggestException,
} from '../../alert/index.ts';
import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { escapeForTerminal, shortenForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openConsoleLog } from '../command-log.ts';
import { collect, parseCondition } from '../condition-option.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { endCodeOf, runAllInputs } from '../run-inputs.ts';
import { readAll } from '../standard-input.ts';
import { formatSummary } from '../summary.ts';

type Options = Record<string, unknown>;

const examplesShown = 5;
const lineWidth = 140;

/** `problemchild exceptions …`: what people have looked at and do not want to hear of again. */
export function exceptionsCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  return new Command('exceptions')
    .description('List, add, remove, try and suggest exceptions.')
    .addCommand(listCommand(io))
    .addCommand(addCommand(io))
    .addCommand(removeCommand(io))
    .addCommand(testCommand(io, finish))
    .addCommand(suggestCommand(io));
}

function listCommand(io: CliIo): Command {
  const command = new Command('list').description(
    'Print the entries in force, and the shipped sets that are off.',
  );
  addSettingFlags(command, ['exceptions']);
  return command.action(async (options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const { entries } = openExceptions(config.alert).current;
    for (const entry of entries) io.stdout.write(`${formatEntry(entry)}\n`);
    const off = listShippedSets().filter((set) => !config.alert.exceptionSets.includes(set));
    io.stderr.write(
      `${entries.length} entries in force; shipped sets that are off: ${off.join(', ') || 'none'}\n`,
    );
  });
}

function addCommand(io: CliIo): Command {
  const command = new Command('add')
    .description(
      "Add an entry to the organisation's folder, from options or as YAML from standard input (-).",
    )
    .argument('[source]', '- to read one entry as YAML from standard input')
    .option('--id <id>', 'name of the entry: lower-case letters, digits and dashes')
    .option('--reason <text>', 'why it is harmless')
    .option('--author <name>', 'who says so')
    .option('--expires <day>', 'day or moment (UTC) from which it no longer applies')
    .option('--response', 'response leaves such processes alone as well')
    .addOption(
      new Option('--rule <id>', 'rule it applies to; all when left out').argParser(collect((id) => id)),
    )
    .addOption(
      new Option(
        '--when <condition>',
        'FIELD is|isExactly|wildcard|regex|under|exists VALUE; all must hold',
      ).argParser(collect(parseCondition)),
    );
  addSettingFlags(command, ['exceptions']);
  return command.action(async (source: string | undefined, options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const candidate = source === '-' ? parseEntry(await readAll(io.stdin)) : entryOf(options);
    const { file, entry } = addException(requireFolder(config), withoutList(candidate));
    io.stderr.write(`added ${entry.id} to ${escapeForTerminal(file, 300)}\n`);
  });
}

function removeCommand(io: CliIo): Command {
  const command = new Command('remove')
    .description("Take an entry out of the organisation's folder.")
    .argument('<id>', 'the entry');
  addSettingFlags(command, ['exceptions']);
  return command.action(async (id: string, options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const file = removeException(requireFolder(config), id);
    io.stderr.write(`removed ${escapeForTerminal(id, 80)} from ${escapeForTerminal(file, 300)}\n`);
  });
}

function testCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('test')
    .description('Show what the entries in force silence in recordings; nothing is changed.')
    .argument('<file...>', 'EVTX or JSON files, also .gz and .zip, folders, globs, or - for standard input');
  addSettingFlags(command, ['exceptions', 'format', 'model', 'batchSize', 'logLevel']);
  return command.action(async (files: string[], options: Options) => {
    const startedMs = performance.now();
    const { config } = await loadAgentConfig(io, options);
    const log = openConsoleLog(io, config.log);
    const examples = new Map<string, string[]>();
    // A trial must not move what the agent has learnt.
    const trial = { ...config, state: { ...config.state, file: null } };
    const replay = await openReplayRun(
      { config: trial, files, stdin: io.stdin, log },
      {
        onSilenced: ({ rule, subject: { event } }, entry) => {
          const shown = examples.get(entry.id) ?? [];
          if (shown.length === examplesShown) return;
          const line = event.process.commandLine ?? event.process.executable ?? event.process.name ?? '-';
          const when = event.timestamp?.slice(0, 19).replace('T', ' ') ?? '-';
          shown.push(
            `    ${escapeForTerminal(`${when}  ${rule.name}`, 90)}: ${shortenForTerminal(line, lineWidth)}`,
          );
          examples.set(entry.id, shown);
        },
      },
    );
    try {
      const { pipeline, source, stages } = replay;
      await runAllInputs(io, source, config, log, async (batch) => {
        await pipeline.process(source.name, batch);
        return true;
      });
      pipeline.finish();
      for (const [id, count] of stages.exceptions.current.silenced) {
        io.stdout.write(`${id}: ${count} alert${count === 1 ? '' : 's'} silenced\n`);
        for (const example of examples.get(id) ?? []) io.stdout.write(`${example}\n`);
      }
      io.stderr.write(
        `${formatSummary(pipeline.tally, source.inputs, (performance.now() - startedMs) / 1_000)}\n`,
      );
      finish(endCodeOf(pipeline.tally));
    } finally {
      await replay.close();
      await log.close();
    }
  });
}

function suggestCommand(io: CliIo): Command {
  const command = new Command('suggest')
    .description('Propose the narrowest entry for an alert, as YAML for `exceptions add -`.')
    .argument('<alert>', 'id of an alert in the state file, or - for an alert document on standard input')
    .option('--author <name>', 'who vouches for it', 'unknown');
  addSettingFlags(command, ['state']);
  return command.action(async (id: string, options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const document = id === '-' ? (await readAll(io.stdin)).split('\n', 1)[0] : readStoredAlert(config, id);
    if (document === undefined) {
      throw new AgentError('PC_USAGE', `the state file has no alert ${escapeForTerminal(id, 80)}`);
    }
    const entry = suggestException(readAlertDocument(document), String(options['author']));
    io.stdout.write(formatVisibleYaml(new Document(entry)));
  });
}

function parseEntry(yaml: string): unknown {
  try {
    return parse(yaml, { maxAliasCount: 0 });
  } catch (cause) {
    throw new AgentError('PC_EXCEPTION_INVALID', `standard input is no YAML: ${String(cause)}`, { cause });
  }
}

function entryOf(options: Options): object {
  const { id, reason, author, expires, response, rule, when } = options;
  return {
    id,
    reason,
    author,
    ...(rule === undefined ? {} : { rules: rule }),
    ...(expires === undefined ? {} : { expires }),
    ...(response === true ? { response: true } : {}),
    conditions: when,
  };
}

/** A file of one entry is taken as that entry. */
function withoutList(candidate: unknown): unknown {
  if (typeof candidate !== 'object' || candidate === null || !('exceptions' in candidate)) return candidate;
  const { exceptions } = candidate;
  if (Array.isArray(exceptions) && exceptions.length === 1) return exceptions[0];
  throw new AgentError('PC_EXCEPTION_INVALID', 'standard input must hold one entry');
}

function requireFolder({ alert: { exceptionsFolder } }: Config): string {
  if (exceptionsFolder !== null) return exceptionsFolder;
  throw new AgentError(
    'PC_USAGE',
    'name the folder of your own exceptions with --exceptions or alert.exceptionsFolder',
  );
}

function formatEntry({ id, rules, response, conditions, reason, author, expires }: ExceptionEntry): string {
  const scope = `${rules === undefined ? 'all rules' : `rules ${rules.join(', ')}`}${response ? ', response too' : ''}`;
  const lines = [
    `${id}  (${scope}${expires === undefined ? '' : `, until ${expires}`})`,
    `  ${reason} (${author})`,
  ];
  for (const { field, ...test } of conditions) {
    const [name, value] = Object.entries(test)[0] ?? ['', ''];
    lines.push(`  ${field} ${name} ${Array.isArray(value) ? value.join(' or ') : String(value)}`);
  }
  return lines.map((line) => escapeForTerminal(line, 400)).join('\n');
}

import { Command } from 'commander';
import {
  type LookedAt,
  listRunning,
  openLibrary,
  openProcessConsole,
  type ProcessConsole,
} from '../../agent/index.ts';
import type { PersonRequest } from '../../response/index.ts';
import { escapeForTerminal, shortenForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openConsoleLog } from '../command-log.ts';
import { isConfirmed } from '../confirmation.ts';
import { warnOfForeignChannel } from '../foreign-channel.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';
import { readReason } from '../reason.ts';

type Options = Readonly<Record<string, unknown>>;

const verbs = {
  suspend: 'Stop a process where it is.',
  resume: 'Let a suspended process go on.',
  terminate: 'End a process.',
} as const satisfies Record<PersonRequest['verb'], string>;

/** `problemchild process …`: what responders do to single processes, through the same guard as the agent. */
export function processCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('process')
    .description('List, suspend, resume and terminate processes of this host. Windows only.')
    .addCommand(listCommand(io))
    .addCommand(releaseCommand(io, finish));
  for (const [verb, text] of Object.entries(verbs)) {
    command.addCommand(actCommand(io, finish, verb as PersonRequest['verb'], text));
  }
  return command;
}

function listCommand(io: CliIo): Command {
  const command = new Command('list').description('Print every process with what the other commands take.');
  return addSettingFlags(command, ['state', 'output']).action(async (options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const asTable = config.output.format === 'table';
    for (const each of listRunning(await (io.openLibrary ?? openLibrary)(config))) {
      const { entity, pid, parentPid, name, createdMs } = each;
      const started = new Date(createdMs).toISOString();
      if (!asTable) {
        printJson(io, { entity, pid, parentPid, name, started });
        continue;
      }
      const parent = String(parentPid ?? '-').padStart(7);
      io.stdout.write(
        `${[entity.padEnd(30), started, parent, escapeForTerminal(name ?? '?', 80)].join('  ')}\n`,
      );
    }
  });
}

function releaseCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('release').description(
    'Resume every process that the agent suspended, as before an upgrade or uninstall.',
  );
  return addSettingFlags(command, ['state']).action(async (options: Options) => {
    await withConsole(io, options, async (console) => {
      const left = await console.release('released by hand');
      io.stdout.write(`still suspended: ${left}\n`);
      finish(left === 0 ? exitCodes.fine : exitCodes.inputUnread);
    });
  });
}

function actCommand(
  io: CliIo,
  finish: (exitCode: number) => void,
  verb: PersonRequest['verb'],
  text: string,
): Command {
  const command = new Command(verb)
    .description(text)
    .argument('<entity>', 'PID@TIME of `process list`, or process.entity_id of an alert')
    .option('--reason <text>', 'why, for the journal')
    .option('--yes', 'do not ask');
  if (verb === 'terminate') command.option('--tree', 'and all that descends from it');
  return addSettingFlags(command, ['state', 'logLevel']).action(async (entity: string, options: Options) => {
    await withConsole(io, options, async (console) => {
      const target = options['tree'] === true ? 'tree' : 'process';
      const looked = await console.look(entity, target);
      io.stderr.write(`${formatFacts(looked)}\n`);
      if (options['yes'] !== true && !(await isConfirmed(io, `${verb} this process?`))) {
        io.stderr.write('nothing was done\n');
        finish(exitCodes.inputUnread);
        return;
      }
      const done = await console.act({
        verb,
        // As it was looked at, whatever goes by the given name by now.
        entity: looked.entity,
        target,
        reason: options['reason'] === undefined ? undefined : readReason(options['reason']),
      });
      if (done !== undefined) printJson(io, done.document);
      finish(done?.outcome === 'success' ? exitCodes.fine : exitCodes.inputUnread);
    });
  });
}

async function withConsole(
  io: CliIo,
  options: Options,
  use: (console: ProcessConsole) => Promise<void>,
): Promise<void> {
  const { config } = await loadAgentConfig(io, options);
  const log = openConsoleLog(io, config.log);
  try {
    const console = await openProcessConsole({
      config,
      openLibrary: io.openLibrary,
      onForeign: warnOfForeignChannel(io),
      onFailure: (what, error) => log.error('A process command failed', { what, error: String(error) }),
    });
    try {
      await use(console);
    } finally {
      await console.close();
    }
  } finally {
    await log.close();
  }
}

function formatFacts({ code, facts, tree }: LookedAt): string {
  const say = (value: boolean | number | undefined): string =>
    value === undefined ? 'unknown' : String(value);
  return [
    `pid ${facts.pid} (${code})`,
    `image: ${shortenForTerminal(facts.imagePath ?? 'unknown', 400)}`,
    `user: ${escapeForTerminal(facts.userSid ?? 'unknown', 200)}`,
    `parent: ${say(facts.parentPid)}`,
    `critical: ${say(facts.critical)}, protection: ${say(facts.protection)}, debugged: ${say(facts.debugged)}`,
    `suspended: ${say(facts.suspended)}, ending: ${facts.exiting}`,
    `signature holds: ${say(facts.trustedSignature)}, by Microsoft: ${facts.microsoftRoot}`,
    ...(tree === undefined ? [] : formatTree(tree)),
  ].join('\n');
}

function formatTree({ code, found, first }: NonNullable<LookedAt['tree']>): string[] {
  const lines = first.map(
    ({ pid, imagePath, userSid }) =>
      `  ${pid}  ${shortenForTerminal(imagePath ?? 'unknown', 200)}  ${escapeForTerminal(userSid ?? 'unknown', 200)}`,
  );
  if (found > first.length) lines.push(`  and ${found - first.length} more`);
  return [`with it end ${found} processes that descend from it (${code})`, ...lines];
}

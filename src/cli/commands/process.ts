import { Command } from 'commander';
import { currentPerson, openLibrary, openProcessDesk, type ProcessDesk } from '../../agent/index.ts';
import { actionToEcs, type PersonRequest, type ProcessAct } from '../../response/index.ts';
import { escapeForTerminal, shortenForTerminal } from '../../text/index.ts';
import { openCommandLog } from '../command-log.ts';
import { isConfirmed } from '../confirmation.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';

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
    await withDesk(io, options, (desk, asTable) => {
      for (const each of desk.list()) {
        const { entity, pid, parentPid, name, createdMs } = each;
        const started = new Date(createdMs).toISOString();
        const line = asTable
          ? [
              entity.padEnd(30),
              started,
              String(parentPid ?? '-').padStart(7),
              escapeForTerminal(name ?? '?', 80),
            ].join('  ')
          : JSON.stringify({ entity, pid, parentPid, name, started });
        io.stdout.write(`${line}\n`);
      }
    });
  });
}

function releaseCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('release').description(
    'Resume every process that the agent suspended, as before an upgrade or uninstall.',
  );
  return addSettingFlags(command, ['state']).action(async (options: Options) => {
    await withDesk(io, options, async (desk) => {
      const left = await desk.release(currentPerson(), 'released by hand');
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
    await withDesk(io, options, async (desk) => {
      const { subject, found } = await desk.look(entity);
      io.stderr.write(`${formatFacts(found)}\n`);
      if (options['yes'] !== true && !(await isConfirmed(io, `${verb} this process?`))) {
        io.stderr.write('nothing was done\n');
        finish(exitCodes.inputUnread);
        return;
      }
      const action = await desk.act({
        verb,
        subject,
        target: options['tree'] === true ? 'tree' : 'process',
        by: currentPerson(),
        reason: typeof options['reason'] === 'string' ? options['reason'] : undefined,
      });
      if (action !== undefined) io.stdout.write(`${JSON.stringify(actionToEcs(action))}\n`);
      finish(action?.end?.outcome === 'success' ? exitCodes.fine : exitCodes.inputUnread);
    });
  });
}

async function withDesk(
  io: CliIo,
  options: Options,
  use: (desk: ProcessDesk, asTable: boolean) => void | Promise<void>,
): Promise<void> {
  const { config } = loadCommandConfig(io, options);
  const log = openCommandLog(io, config.log);
  try {
    const library = await (io.openLibrary ?? openLibrary)(config);
    const desk = openProcessDesk(config, library, (what, error) =>
      log.error('A process command failed', { what, error: String(error) }),
    );
    try {
      await use(desk, config.output.format === 'table');
    } finally {
      desk.close();
    }
  } finally {
    await log.close();
  }
}

function formatFacts({ code, facts }: ProcessAct): string {
  const say = (value: boolean | number | undefined): string =>
    value === undefined ? 'unknown' : String(value);
  return [
    `pid ${facts.pid} (${code})`,
    `image: ${shortenForTerminal(facts.imagePath ?? 'unknown', 400)}`,
    `user: ${escapeForTerminal(facts.userSid ?? 'unknown', 200)}`,
    `parent: ${say(facts.parentPid)}`,
    `critical: ${say(facts.critical)}, protection: ${say(facts.protection)}, debugged: ${say(facts.debugged)}`,
    `suspended: ${facts.suspended}, ending: ${facts.exiting}`,
    `signature holds: ${say(facts.trustedSignature)}, by Microsoft: ${facts.microsoftRoot}`,
  ].join('\n');
}

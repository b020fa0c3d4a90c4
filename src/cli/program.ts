import { Command, CommanderError } from 'commander';
import { agentVersion } from '../agent/index.ts';
import { AgentError } from '../errors/index.ts';
import { escapeHidden } from '../text/index.ts';
import { addCommands } from './command-list.ts';
import { type CliIo, exitCodes } from './io.ts';

/** No agent answers: exit code 3, for scripts that ask whether one does. */
const notAnswering: ReadonlySet<string> = new Set([
  'PC_CONTROL_UNREACHABLE',
  'PC_CONTROL_FOREIGN',
  'PC_CONTROL_SILENT',
]);
/** Codes of errors that are the caller's: wrong arguments or configuration, or a file they name that is not what it should be. */
const usageCodes =
  /^PC_(USAGE|EXCEPTION_|IOC_|BASELINE_|CONFIG_|RULE_|MODEL_|RECORD_|SOURCE_FOLDER|STORE_OPEN|STORE_NEWER|AGENT_UNTRUSTED|LOG_UNWRITABLE|FORWARD_SECRET|FORWARD_CONFIG|FORWARD_TLS)/;

const maxMessageLength = 16_000;

/** Runs one command line, without the program's name, and returns the exit code. */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = exitCodes.fine;
  const program = new Command('problemchild')
    .description('Finds living-off-the-land attacks in Windows process starts, on the host.')
    .version(agentVersion, '-V, --version', 'display the version')
    .showHelpAfterError('Run with --help for the options.')
    .enablePositionalOptions();
  const finish = (code: number): void => {
    exitCode = code;
  };
  await addCommands(program, args, io, finish);
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((child) => child.commands),
    ...program.commands.flatMap((child) => child.commands.flatMap((grandchild) => grandchild.commands)),
  ]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (!(error instanceof AgentError)) throw error;
    const message = error.placedMessage.slice(0, maxMessageLength).split('\n').map(escapeHidden).join('\n');
    io.stderr.write(`${error.code}: ${message}\n  ${error.remedy}\n`);
    if (notAnswering.has(error.code)) return exitCodes.notRunning;
    if (error.code === 'PC_AGENT_STALLED') return exitCodes.stalled;
    if (error.code === 'PC_STOPPED') return exitCodes.stopped;
    return usageCodes.test(error.code) ? exitCodes.usage : exitCodes.inputUnread;
  }
}

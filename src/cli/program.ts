import { Command, CommanderError } from 'commander';
import { AgentError } from '../errors/index.ts';
import { escapeHidden } from '../text/index.ts';
import { baselineCommand } from './commands/baseline.ts';
import { configCommand } from './commands/config.ts';
import { diagnosticsCommand } from './commands/diagnostics.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { exceptionsCommand } from './commands/exceptions.ts';
import { explainCommand } from './commands/explain.ts';
import { featuresCommand } from './commands/features.ts';
import { forwardCommand } from './commands/forward.ts';
import { hostCommand } from './commands/host.ts';
import { huntCommand } from './commands/hunt.ts';
import { installCommand } from './commands/install.ts';
import { metricsCommand } from './commands/metrics.ts';
import { modelCommand } from './commands/model.ts';
import { processCommand } from './commands/process.ts';
import { recordCommand } from './commands/record.ts';
import { reloadCommand } from './commands/reload.ts';
import { replayCommand } from './commands/replay.ts';
import { reportCommand } from './commands/report.ts';
import { responseCommand } from './commands/response.ts';
import { runCommand } from './commands/run.ts';
import { scoreCommand } from './commands/score.ts';
import { selftestCommand } from './commands/selftest.ts';
import { siemCommand } from './commands/siem.ts';
import { statusCommand } from './commands/status.ts';
import { topCommand } from './commands/top.ts';
import { type CliIo, exitCodes } from './io.ts';

/** Codes of errors that are the caller's: wrong arguments or configuration. */
const usageCodes = /^PC_(USAGE|EXCEPTION_|IOC_|BASELINE_|CONFIG_|RULE_|MODEL_|RECORD_)/;

const maxMessageLength = 16_000;

/** Runs one command line, without the program's name, and returns the exit code. */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = exitCodes.fine;
  const program = new Command('problemchild')
    .description('Finds living-off-the-land attacks in Windows process starts, on the host.')
    .showHelpAfterError('Run with --help for the options.')
    .enablePositionalOptions();
  const finish = (code: number): void => {
    exitCode = code;
  };
  program.addCommand(replayCommand(io, finish));
  program.addCommand(reportCommand(io, finish));
  program.addCommand(runCommand(io, finish));
  program.addCommand(recordCommand(io, finish));
  program.addCommand(statusCommand(io, finish));
  program.addCommand(topCommand(io));
  program.addCommand(metricsCommand(io));
  program.addCommand(reloadCommand(io));
  program.addCommand(scoreCommand(io, finish));
  program.addCommand(exceptionsCommand(io, finish));
  program.addCommand(explainCommand(io, finish));
  program.addCommand(featuresCommand(io, finish));
  program.addCommand(modelCommand(io));
  program.addCommand(baselineCommand(io, finish));
  program.addCommand(forwardCommand(io, finish));
  program.addCommand(responseCommand(io, finish));
  program.addCommand(processCommand(io, finish));
  program.addCommand(hostCommand(io, finish));
  program.addCommand(evidenceCommand(io, finish));
  program.addCommand(huntCommand(io, finish));
  program.addCommand(siemCommand(io));
  program.addCommand(doctorCommand(io, finish));
  program.addCommand(selftestCommand(io, finish));
  program.addCommand(diagnosticsCommand(io));
  program.addCommand(configCommand(io));
  program.addCommand(installCommand(io), { hidden: true });
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
    const message = error.message.slice(0, maxMessageLength).split('\n').map(escapeHidden).join('\n');
    io.stderr.write(`${error.code}: ${message}\n  ${error.remedy}\n`);
    if (error.code === 'PC_CONTROL_UNREACHABLE') return exitCodes.notRunning;
    return usageCodes.test(error.code) ? exitCodes.usage : exitCodes.inputUnread;
  }
}

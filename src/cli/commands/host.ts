import { Command } from 'commander';
import { type IsolationConsole, openIsolationConsole } from '../../agent/index.ts';
import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { type IsolationChange, type IsolationStatus, isolationToEcs } from '../../response/index.ts';
import { escapeForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openConsoleLog } from '../command-log.ts';
import { isConfirmed } from '../confirmation.ts';
import { parseDurationMs } from '../duration.ts';
import { warnOfForeignChannel } from '../foreign-channel.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';
import { readReason } from '../reason.ts';

type Options = Readonly<Record<string, unknown>>;
type Finish = (exitCode: number) => void;

/** `problemchild host …`: cuts this host off the network but for those who look after it, and lets it go. */
export function hostCommand(io: CliIo, finish: Finish): Command {
  return new Command('host')
    .description('Isolate this host from the network, release it, and say how it is. Windows only.')
    .addCommand(isolateCommand(io, finish))
    .addCommand(releaseCommand(io, finish))
    .addCommand(statusCommand(io));
}

function isolateCommand(io: CliIo, finish: Finish): Command {
  const command = new Command('isolate')
    .description(
      'Leave name resolution, the destinations and response.isolation.allow; block everything else.',
    )
    .requiredOption('--for <time>', 'how long, such as 30m, 4h or 2d; at most 7d')
    .requiredOption('--reason <text>', 'why, for the journal')
    .option('--persistent', 'also after a restart of the system, while the service starts by itself')
    .option('--no-way-back', 'even if no destination can be reached any more')
    .option('--yes', 'do not ask')
    .option('--json', 'print the change as JSON');
  return addSettingFlags(command, ['state', 'logLevel']).action(async (options: Options) => {
    const forMs = parseDurationMs(String(options['for']));
    const reason = readReason(options['reason']);
    await withConsole(io, options, async (console, config) => {
      const { allow } = config.response.isolation;
      const others = allow.length === 0 ? 'nobody else' : allow.join(', ');
      io.stderr.write(
        `This host will talk to its resolvers, its destinations and ${clean(others)} only, for ${String(options['for'])}.\n`,
      );
      if (!(await isAgreed(io, options, 'isolate this host?', finish))) return;
      const change = await console.isolate({
        reason,
        forMs,
        persistent: options['persistent'] === true,
        // Commander makes `wayBack: false` of --no-way-back.
        noWayBack: options['wayBack'] === false,
      });
      report(io, options, change, finish);
    });
  });
}

function releaseCommand(io: CliIo, finish: Finish): Command {
  const command = new Command('release')
    .description('End the isolation of this host, as before an uninstall. Fine when there is none.')
    .option('--reason <text>', 'why, for the journal', 'released by hand')
    .option('--yes', 'do not ask')
    .option('--json', 'print the change as JSON');
  return addSettingFlags(command, ['state', 'logLevel']).action(async (options: Options) => {
    const reason = readReason(options['reason']);
    await withConsole(io, options, async (console) => {
      if (!(await isAgreed(io, options, 'end the isolation of this host?', finish))) return;
      report(io, options, await console.release(reason), finish);
    });
  });
}

function statusCommand(io: CliIo): Command {
  const command = new Command('status')
    .description('Say whether this host is isolated, since when, until when and by whom.')
    .option('--json', 'print it as JSON');
  return addSettingFlags(command, ['state', 'logLevel']).action(async (options: Options) => {
    await withConsole(io, options, async (console) => {
      const status = await console.status();
      if (options['json'] === true) printJson(io, toJson(status));
      else io.stdout.write(`${format(status)}\n`);
    });
  });
}

async function withConsole(
  io: CliIo,
  options: Options,
  use: (console: IsolationConsole, config: Config) => Promise<void>,
): Promise<void> {
  const { config } = await loadAgentConfig(io, options);
  // Said here: the native library would speak of sources.
  if (process.platform !== 'win32') {
    throw new AgentError(
      'PC_NATIVE_PLATFORM',
      `hosts are isolated on Windows only; this is ${process.platform}`,
    );
  }
  const log = openConsoleLog(io, config.log);
  try {
    const options = { config: () => config, env: io.env, clock: { nowMs: Date.now } };
    const console = await openIsolationConsole(options, log, warnOfForeignChannel(io));
    try {
      await use(console, config);
    } finally {
      await console.close();
    }
  } finally {
    await log.close();
  }
}

async function isAgreed(io: CliIo, options: Options, question: string, finish: Finish): Promise<boolean> {
  if (options['yes'] === true || (await isConfirmed(io, question))) return true;
  io.stderr.write('nothing was done\n');
  finish(exitCodes.inputUnread);
  return false;
}

function report(io: CliIo, options: Options, change: IsolationChange, finish: Finish): void {
  if (options['json'] === true) printJson(io, isolationToEcs(change));
  else io.stdout.write(`${formatChange(change)}\n`);
  finish(change.outcome === 'success' ? exitCodes.fine : exitCodes.inputUnread);
}

function formatChange(change: IsolationChange): string {
  const { action, outcome, refusals, cause, untilMs, wayBack, unresolved } = change;
  const lines = [`${action}: ${refusals.length > 0 ? refusals.join(', ') : outcome}`];
  if (cause !== undefined) lines.push(clean(cause));
  if (outcome === 'success' && untilMs !== undefined) lines.push(`until ${new Date(untilMs).toISOString()}`);
  if (wayBack !== undefined) lines.push(`way back: ${wayBack}`);
  if (unresolved !== undefined && unresolved.length > 0) {
    lines.push(`without an address: ${clean(unresolved.join(', '))}`);
  }
  return lines.join('\n');
}

function format({ standing, inForce }: IsolationStatus): string {
  if (standing === undefined) {
    return inForce.filters === 0
      ? 'not isolated'
      : `not isolated by this state file, but ${inForce.filters} filters are in force; see \`host release\``;
  }
  const isWhole = inForce.planId === standing.planId && inForce.filters === standing.filters;
  return [
    `${standing.state} since ${new Date(standing.sinceMs).toISOString()} until ${new Date(standing.untilMs).toISOString()}`,
    `by ${clean(standing.by)}: ${clean(standing.reason)}`,
    `after a restart: ${standing.persistent ? 'still isolated' : 'released'}`,
    `filters: ${inForce.filters} of ${standing.filters}${isWhole ? '' : ', not as they should be; a running agent sets them again'}`,
  ].join('\n');
}

function toJson({ standing, inForce }: IsolationStatus) {
  return {
    isolated: inForce.filters > 0,
    filters: inForce.filters,
    state: standing?.state,
    since: standing && new Date(standing.sinceMs).toISOString(),
    until: standing && new Date(standing.untilMs).toISOString(),
    by: standing?.by,
    reason: standing?.reason,
    incident_id: standing?.incidentId,
    persistent: standing?.persistent,
    expected_filters: standing?.filters,
  };
}

function clean(text: string): string {
  return escapeForTerminal(text, 1_000);
}

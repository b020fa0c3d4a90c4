import { Command, Option } from 'commander';
import {
  findArmableRule,
  openResponseConsole,
  openResponseDesk,
  type ResponseConsole,
} from '../../agent/index.ts';
import { AgentError } from '../../errors/index.ts';
import type { ResponseMode } from '../../response/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { parseDurationMs } from '../duration.ts';
import { warnOfForeignChannel } from '../foreign-channel.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';
import { readReason } from '../reason.ts';
import { formatResponseStatus } from '../response-table.ts';
import { ResultWriter } from '../result-writer.ts';

type Options = Readonly<Record<string, unknown>>;

/** `response arm|disarm|status|journal`: what people say and see, through the running agent where one answers. */
export function armingCommands(io: CliIo): Command[] {
  return [armCommand(io), disarmCommand(io), statusCommand(io), journalCommand(io)];
}

function armCommand(io: CliIo): Command {
  const command = new Command('arm')
    .description('End a stand-down; with --mode, act otherwise than configured for a time.')
    .addOption(new Option('--mode <mode>', 'mode for that time').choices(['audit', 'suspend', 'terminate']))
    .option('--rule <id>', 'only for this rule, by its id or name')
    .option('--for <time>', 'how long, such as 30m, 4h or 2d; at most 7d')
    .requiredOption('--reason <text>', 'why, for the journal');
  return addSettingFlags(command, ['state']).action(async (options: Options) => {
    const order = { ...(await readOverride(io, options)), reason: readReason(options['reason']) };
    await withConsole(io, options, async (console) => {
      io.stdout.write(
        `${formatResponseStatus(await console.arm(order), console.agentRuns, console.otherState)}\n`,
      );
    });
  });
}

async function readOverride(io: CliIo, options: Options) {
  const { mode, rule, for: time } = options as Readonly<Record<string, string | undefined>>;
  if (mode === undefined) {
    if (rule !== undefined || time !== undefined) {
      throw new AgentError(
        'PC_USAGE',
        '--rule and --for say for what and how long --mode holds; name the mode',
      );
    }
    return {};
  }
  if (time === undefined) throw new AgentError('PC_USAGE', 'say with --for how long the mode holds');
  const ruleId =
    rule === undefined ? undefined : findArmableRule((await loadAgentConfig(io, options)).config, rule);
  return { override: { mode: mode as ResponseMode, ruleId, forMs: parseDurationMs(time) } };
}

function disarmCommand(io: CliIo): Command {
  const command = new Command('disarm')
    .description('Act on nothing more until somebody arms the agent again.')
    .requiredOption('--reason <text>', 'why, for the journal');
  return addSettingFlags(command, ['state']).action(async (options: Options) => {
    const order = { reason: readReason(options['reason']) };
    await withConsole(io, options, async (console) => {
      io.stdout.write(
        `${formatResponseStatus(await console.disarm(order), console.agentRuns, console.otherState)}\n`,
      );
    });
  });
}

function statusCommand(io: CliIo): Command {
  const command = new Command('status').description('Say what the agent may do now, and why.');
  return addSettingFlags(command, ['state', 'output']).action(async (options: Options) => {
    await withConsole(io, options, async (console, asTable) => {
      const status = await console.status();
      const { agentRuns, otherState } = console;
      if (asTable) io.stdout.write(`${formatResponseStatus(status, agentRuns, otherState)}\n`);
      else printJson(io, { ...status, agentRuns });
    });
  });
}

function journalCommand(io: CliIo): Command {
  const command = new Command('journal')
    .description('Print what was done, refused and ordered, as one JSON document a line.')
    .option('--since <time>', 'only from this moment on, as ISO 8601');
  return addSettingFlags(command, ['state']).action(async (options: Options) => {
    const since = options['since'];
    const sinceMs = typeof since === 'string' ? Date.parse(since) : 0;
    if (Number.isNaN(sinceMs))
      throw new AgentError('PC_USAGE', '--since takes a moment such as 2026-11-18T09:00:00Z');
    const { config } = await loadAgentConfig(io, options);
    const desk = openResponseDesk(() => config, { nowMs: Date.now });
    try {
      const writer = new ResultWriter(io.stdout);
      for (const document of desk.journal.documents(sinceMs)) {
        writer.jsonText(document);
        await writer.flush();
        if (writer.closed) break;
      }
      await writer.flush(true);
    } finally {
      desk.close();
    }
  });
}

async function withConsole(
  io: CliIo,
  options: Options,
  use: (console: ResponseConsole, asTable: boolean) => Promise<void>,
): Promise<void> {
  const { config } = await loadAgentConfig(io, options);
  const console = await openResponseConsole(config, { nowMs: Date.now }, warnOfForeignChannel(io));
  try {
    await use(console, config.output.format === 'table');
  } finally {
    console.close();
  }
}

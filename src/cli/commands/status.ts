import { Command } from 'commander';
import {
  type AgentStatus,
  connectToAgent,
  isUnreachable,
  readStateGlance,
  type SuspendedProcess,
} from '../../agent/index.ts';
import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';
import { formatAgentStatus, formatStateGlance } from '../status-tables.ts';

/** `problemchild status`: how the running agent is; without one, what its state file knows. */
export function statusCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('status')
    .description('Say how the running agent is. Exit code 3: none answers.')
    .option('--json', 'one JSON document');
  return addSettingFlags(command, ['state', 'output']).action(async (options: Record<string, unknown>) => {
    const { config } = await loadAgentConfig(io, options);
    const asJson = options['json'] === true || config.output.format === 'ndjson';
    const asked = await askStatus(config);
    if (asked instanceof AgentError) {
      const glance = readStateGlance(config, asked.message);
      if (asJson) printJson(io, glance);
      else io.stdout.write(formatStateGlance(glance));
      finish(exitCodes.notRunning);
      return;
    }
    const { status, suspended } = asked;
    if (asJson) printJson(io, { running: true, ...status, suspended });
    else io.stdout.write(formatAgentStatus(status, suspended));
  });
}

/** The error is returned when no agent answers, and thrown when one answers otherwise. */
async function askStatus(
  config: Config,
): Promise<{ readonly status: AgentStatus; readonly suspended: readonly SuspendedProcess[] } | AgentError> {
  try {
    const client = await connectToAgent(config);
    try {
      const status = (await client.ask('status')) as AgentStatus;
      const hasResponse = status.response !== undefined;
      return {
        status,
        suspended: hasResponse ? ((await client.ask('suspended')) as SuspendedProcess[]) : [],
      };
    } finally {
      client.close();
    }
  } catch (error) {
    if (isUnreachable(error)) return error;
    throw error;
  }
}

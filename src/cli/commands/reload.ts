import { Command } from 'commander';
import { connectToAgent } from '../../agent/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';

/** `problemchild reload`: has the running agent look at once for changes, which it does by itself every few seconds. */
export function reloadCommand(io: CliIo): Command {
  const command = new Command('reload').description(
    'Have the running agent look at once for changed configuration, rules, exceptions, indicators and model.',
  );
  return addSettingFlags(command, ['state']).action(async (options: Readonly<Record<string, unknown>>) => {
    const { config } = await loadAgentConfig(io, options);
    const client = await connectToAgent(config);
    try {
      await client.ask('reload');
    } finally {
      client.close();
    }
    io.stdout.write('the agent has looked; its log says what changed and what it refused\n');
  });
}

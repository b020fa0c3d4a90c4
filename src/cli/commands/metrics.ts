import { Command } from 'commander';
import { connectToAgent } from '../../agent/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';

/** `problemchild metrics`: the running agent's counters in the Prometheus text format. */
export function metricsCommand(io: CliIo): Command {
  const command = new Command('metrics').description(
    'Print the counters of the running agent in the Prometheus text format.',
  );
  return addSettingFlags(command, ['state']).action(async (options: Readonly<Record<string, unknown>>) => {
    const { config } = await loadAgentConfig(io, options);
    const client = await connectToAgent(config);
    try {
      io.stdout.write(String(await client.ask('metrics')));
    } finally {
      client.close();
    }
  });
}

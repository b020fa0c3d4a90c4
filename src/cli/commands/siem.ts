import { Command } from 'commander';
import { installElasticAssets } from '../../agent/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { loadElasticAssets } from '../elastic-asset-loader.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';

/** `problemchild siem …`: prepares a receiver for what the agents send. */
export function siemCommand(io: CliIo): Command {
  const setup = new Command('setup')
    .description('Install index template, lifecycle policy, example ingest pipeline and dashboard.')
    .argument(
      '[destination]',
      'the elasticsearch destination whose cluster is meant, where there are several',
    )
    .option('--kibana <url>', 'Kibana or OpenSearch Dashboards that takes the dashboard');
  addSettingFlags(setup, []).action(async (name: string | undefined, options: Record<string, unknown>) => {
    const { config } = await loadAgentConfig(io, options);
    const kibana = typeof options['kibana'] === 'string' ? options['kibana'] : undefined;
    const done = await installElasticAssets({ config, env: io.env }, name, kibana, loadElasticAssets());
    for (const line of done) io.stdout.write(`installed: ${line}\n`);
  });
  return new Command('siem')
    .description('Prepare a SIEM for what agents send.')
    .addCommand(
      new Command('elastic').description('Elasticsearch with Kibana, or OpenSearch.').addCommand(setup),
    );
}

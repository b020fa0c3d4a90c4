import { Command } from 'commander';
import { configJsonSchema, formatConfig, type LoadedConfig } from '../../config/index.ts';
import { escapeForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';

/** `problemchild config check|show|schema`. */
export function configCommand(io: CliIo): Command {
  const load = (
    file: string | undefined,
    options: Readonly<Record<string, unknown>>,
  ): Promise<LoadedConfig> =>
    loadAgentConfig(io, file === undefined ? options : { ...options, config: file });
  const withFile = (command: Command): Command =>
    addSettingFlags(command.argument('[file]', 'YAML configuration file; the same as --config'), []);

  const check = withFile(new Command('check'))
    .description('Say whether the configuration is sound, or name everything that is wrong.')
    .action(async (file: string | undefined, options: Readonly<Record<string, unknown>>) => {
      const { file: read } = await load(file, options);
      io.stdout.write(
        `OK: ${read === undefined ? 'defaults and environment' : escapeForTerminal(read, 1024)}\n`,
      );
    });

  const show = withFile(new Command('show'))
    .description('Print the configuration in force and who set each value; secrets are masked.')
    .action(async (file: string | undefined, options: Readonly<Record<string, unknown>>) => {
      io.stdout.write(formatConfig(await load(file, options)));
    });

  const schema = new Command('schema')
    .description('Print the JSON Schema of the configuration file.')
    .action(() => {
      printJson(io, configJsonSchema(), 2);
    });

  return new Command('config')
    .description('Check, show or describe the configuration.')
    .addCommand(check)
    .addCommand(show)
    .addCommand(schema);
}

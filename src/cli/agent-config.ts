import { findInstalledConfig } from '../agent/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import { escapeForTerminal } from '../text/index.ts';
import type { CliIo } from './io.ts';
import { loadCommandConfig } from './options.ts';

/**
 * As {@link loadCommandConfig}, for a command about the agent of this machine: where no file is named, it is the
 * configuration of the installed agent. Commands over recordings do not take that unasked: with it they would learn
 * from recordings into the state file of the agent.
 * @throws AgentError PC_CONFIG_…, PC_AGENT_UNTRUSTED and PC_NATIVE_…
 */
export async function loadAgentConfig(
  io: CliIo,
  options: Readonly<Record<string, unknown>>,
): Promise<LoadedConfig> {
  const isNamed = options['config'] !== undefined || (io.env['PC_CONFIG'] ?? '') !== '';
  const installed = isNamed ? undefined : await findInstalledConfig(io.env, io.judgePath);
  if (installed === undefined) return loadCommandConfig(io, options);
  if (installed.isReadable) return loadCommandConfig(io, { ...options, config: installed.file });
  const file = escapeForTerminal(installed.file, 1_024);
  io.stderr.write(
    `This account may not read ${file}: without it the defaults hold. An elevated terminal may.\n`,
  );
  return loadCommandConfig(io, options);
}

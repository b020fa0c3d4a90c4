import { Command } from 'commander';
import { collectDiagnostics, examine } from '../../agent/index.ts';
import type { LoadedConfig } from '../../config/index.ts';
import { escapeForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { writeArchiveFile } from '../archive-file-writer.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';

/** `problemchild diagnostics`: an archive for whoever is to help. */
export function diagnosticsCommand(io: CliIo): Command {
  const command = new Command('diagnostics')
    .description('Write a zip of configuration, versions, checks, counters and log, without secrets.')
    .option('--out <file>', 'file that is made (default: named for the time)')
    .option('--include-events', 'also whole log lines and the latest alerts, with users and command lines');
  addSettingFlags(command, ['state', 'model', 'exceptions', 'iocs']);
  return command.action(async (options: Record<string, unknown>) => {
    const clock = { nowMs: Date.now };
    let loaded: LoadedConfig | undefined;
    const load = async (): Promise<LoadedConfig> => {
      loaded = await loadAgentConfig(io, options);
      return loaded;
    };
    const doctor = await examine({ load, env: io.env, clock, probe: false });
    const includeEvents = options['includeEvents'] === true;
    const { zip, files } = await collectDiagnostics({ loaded, doctor, env: io.env, clock, includeEvents });
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const out = options['out'];
    const path = typeof out === 'string' ? out : `problemchild-diagnostics-${stamp}Z.zip`;
    writeArchiveFile(path, zip);
    io.stdout.write(`${escapeForTerminal(path, 512)}: ${files.join(', ')}\n`);
    if (includeEvents) io.stderr.write('it holds user names and command lines\n');
  });
}

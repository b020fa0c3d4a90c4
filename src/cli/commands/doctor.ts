import { Command } from 'commander';
import { examine } from '../../agent/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { formatDoctor } from '../doctor-table.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';

/** By the worst that was found. */
const verdictCodes = { ok: 0, warn: 1, fail: 2 } as const;
const defaultWidth = 160;

/** `problemchild doctor`: what is wrong with the agent's surroundings, and what to do. */
export function doctorCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('doctor')
    .description('Look at everything the agent rests on. Exit code: 0 fine, 1 warnings, 2 failures.')
    .option('--json', 'print one JSON document')
    .option('--probe', 'also send a test alert to each destination, and compare clocks with it')
    .option('--all', 'also name the checks that do not apply here');
  addSettingFlags(command, ['state', 'model', 'exceptions', 'iocs']);
  return command.action(async (options: Record<string, unknown>) => {
    const report = await examine({
      load: () => loadAgentConfig(io, options),
      env: io.env,
      clock: { nowMs: Date.now },
      probe: options['probe'] === true,
    });
    if (options['json'] === true) {
      printJson(io, report, 2);
    } else {
      const width = io.stdout.columns ?? defaultWidth;
      io.stdout.write(formatDoctor(report, { width, showSkipped: options['all'] === true }));
    }
    finish(verdictCodes[report.verdict]);
  });
}

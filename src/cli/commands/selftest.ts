import { Command } from 'commander';
import { runSelftest, type SelftestReport, selftestTimeoutMs } from '../../agent/index.ts';
import { AgentError } from '../../errors/index.ts';
import { escapeForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openConsoleLog } from '../command-log.ts';
import { parseDurationMs } from '../duration.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';

const defaultTimeoutMs = 30_000;
const words = { ok: 'ok  ', fail: 'FAIL', skipped: 'skip' } as const;

/** `problemchild selftest`: a marked start from the capture to every destination. */
export function selftestCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('selftest')
    .description(
      'Follow a harmless marked process from the capture to every destination; see docs/operate.md.',
    )
    .option('--json', 'print one JSON document')
    .option('--timeout <time>', 'how long capture and destinations may take: 1s to 10m', parseTimeoutMs);
  addSettingFlags(command, ['state', 'model', 'exceptions', 'logLevel']);
  return command.action(async (options: Record<string, unknown>) => {
    const { config } = await loadAgentConfig(io, options);
    const log = openConsoleLog(io, { ...config.log, level: 'error' });
    try {
      const timeout = options['timeout'];
      const report = await runSelftest({
        config,
        env: io.env,
        clock: { nowMs: Date.now },
        log,
        timeoutMs: typeof timeout === 'number' ? timeout : defaultTimeoutMs,
      });
      if (options['json'] === true) printJson(io, report, 2);
      else io.stdout.write(formatSelftest(report));
      finish(report.passed ? exitCodes.fine : exitCodes.inputUnread);
    } finally {
      await log.close();
    }
  });
}

function parseTimeoutMs(text: string): number {
  const ms = parseDurationMs(text);
  if (ms >= selftestTimeoutMs.least && ms <= selftestTimeoutMs.most) return ms;
  throw new AgentError('PC_USAGE', `--timeout ${text}: from 1s to 10m`);
}

function formatSelftest({ mark, steps, captureTested }: SelftestReport): string {
  const lines = steps.map(({ name, state, tookMs, what }) => {
    const shown = escapeForTerminal(name, 40).padEnd(24);
    return `${words[state]} ${shown} ${`${tookMs} ms`.padStart(10)}  ${escapeForTerminal(what, 500)}`;
  });
  const untested = captureTested ? [] : ['the capture was not tested: no process was started'];
  const hint = `look for ${mark} at the receivers; rule.id is problemchild-selftest`;
  return `${[...lines, ...untested, hint].join('\n')}\n`;
}

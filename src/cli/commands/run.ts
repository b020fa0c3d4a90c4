import { Command, Option } from 'commander';
import {
  assertTrusted,
  leaveOutMiddleCompiler,
  listenForStop,
  listTrustedPaths,
  openLiveRun,
  openPathJudge,
  runAsService,
} from '../../agent/index.ts';
import type { LoadedConfig } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { AlertPrinter } from '../alert-printer.ts';
import { openCommandLog } from '../command-log.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';
import { ResultWriter } from '../result-writer.ts';
import { endCodeOf } from '../run-inputs.ts';
import { formatSummary } from '../summary.ts';

const defaultWidth = 160;

/** `problemchild run`: the live agent, in the foreground or as the Windows service. */
export function runCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('run')
    .description('Watch process starts as they happen and print alerts, until stopped.')
    .addOption(new Option('--service', 'run as the Windows service; only its controller starts this'));
  addSettingFlags(command, [
    'source',
    'output',
    'format',
    'model',
    'state',
    'exceptions',
    'iocs',
    'batchSize',
    'logLevel',
  ]);
  return command.action(async (options: Record<string, unknown>) => {
    leaveOutMiddleCompiler();
    const isService = options['service'] === true;
    const load = (): LoadedConfig => {
      const loaded = loadCommandConfig(io, options);
      assertTrusted(listTrustedPaths(loaded.config, loaded.file), judge);
      return loaded;
    };
    const judge = io.judgePath ?? (await openPathJudge(loadCommandConfig(io, options).config, isService));
    const { config, file } = load();
    const log = openCommandLog(io, config.log);
    const writer = new ResultWriter(io.stdout);
    const printer = new AlertPrinter(writer, {
      format: config.output.format,
      width: io.stdout.columns ?? defaultWidth,
      colour: io.stdout.isTTY === true && io.env['NO_COLOR'] === undefined,
    });
    const work = async (signal: AbortSignal): Promise<void> => {
      const startedMs = performance.now();
      const live = await openLiveRun({
        config,
        reload: { file, load },
        stdin: io.stdin,
        clock: { nowMs: Date.now },
        env: io.env,
        log,
        openLibrary: io.openLibrary,
        signal,
        async onOutcome({ alerts, incidents }) {
          for (const alert of alerts) printer.alert(alert);
          for (const incident of incidents) printer.incident(incident);
          await writer.flush(true);
        },
      });
      const tally = await live.run();
      io.stderr.write(`${formatSummary(tally, 1, (performance.now() - startedMs) / 1_000)}\n`);
      finish(endCodeOf(tally));
    };
    try {
      if (isService) {
        if (await runAsService(config, log, work, io.openLibrary)) return;
        throw new AgentError('PC_USAGE', 'run --service was not started by the service controller');
      }
      const stop = listenForStop();
      try {
        await work(stop.signal);
      } finally {
        stop.dispose();
      }
    } finally {
      await log.close();
    }
  });
}

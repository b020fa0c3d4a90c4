import { Command, Option } from 'commander';
import {
  assertTrusted,
  leaveOutMiddleCompiler,
  listenForStop,
  listTrustedPaths,
  openLibrary,
  openLiveRun,
  openPathJudge,
  runAsService,
  type ServiceWork,
} from '../../agent/index.ts';
import { type Config, type LoadedConfig, loadConfig } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import type { LogFields, OpenLog } from '../../log/index.ts';
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
    let log: OpenLog | undefined;
    const prepare = async (): Promise<ServiceWork> => {
      const judge = io.judgePath ?? (await openPathJudge(loadCommandConfig(io, options).config, isService));
      const load = (): LoadedConfig => {
        const loaded = loadCommandConfig(io, options);
        assertTrusted(listTrustedPaths(loaded.config, loaded.file), judge);
        return loaded;
      };
      const loaded = load();
      const opened = openCommandLog(io, loaded.config.log);
      log = opened;
      return { log, work: (signal) => watch(io, { loaded, load, log: opened, signal }, finish) };
    };
    try {
      if (isService) {
        const library = await (io.openLibrary ?? openLibrary)(configOrDefaults(io, options));
        if (await runAsService(library, prepare)) return;
        throw new AgentError('PC_USAGE', 'run --service was not started by the service controller');
      }
      const { work } = await prepare();
      const stop = listenForStop();
      try {
        await work(stop.signal);
      } finally {
        stop.dispose();
      }
    } finally {
      await log?.close();
    }
  });
}

interface Watch {
  readonly loaded: LoadedConfig;
  /** Once more, when the configuration may have changed. */
  readonly load: () => LoadedConfig;
  readonly log: OpenLog;
  readonly signal: AbortSignal;
}

/** The live agent from its start to its end; why it failed is in the log, the only place that a service has. */
async function watch(
  io: CliIo,
  { loaded: { config, file }, load, log, signal }: Watch,
  finish: (exitCode: number) => void,
): Promise<void> {
  const writer = new ResultWriter(io.stdout);
  const printer = new AlertPrinter(writer, {
    format: config.output.format,
    width: io.stdout.columns ?? defaultWidth,
    colour: io.stdout.isTTY === true && io.env['NO_COLOR'] === undefined,
  });
  const startedMs = performance.now();
  try {
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
  } catch (error) {
    log.error('The run ended with an error', describe(error));
    throw error;
  }
}

function describe(error: unknown): LogFields {
  if (!(error instanceof AgentError)) return { error };
  const { code, where, message, remedy } = error;
  return { code, where, why: message, remedy };
}

/** For the package that calls the native library: the service controller is told also of a configuration that is refused. */
function configOrDefaults(io: CliIo, options: Readonly<Record<string, unknown>>): Config {
  try {
    return loadCommandConfig(io, options).config;
  } catch (error) {
    if (error instanceof AgentError) return loadConfig({ env: {} }).config;
    throw error;
  }
}

import { Command, InvalidArgumentError } from 'commander';
import { listenForStop, openRecordRun, type RecordingManifest } from '../../agent/index.ts';
import { escapeForTerminal } from '../../text/index.ts';
import { openCommandLog } from '../command-log.ts';
import { parseWaitMs } from '../duration.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';

type Options = Record<string, unknown>;

/** `problemchild record`: events into a file that `replay` takes. */
export function recordCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('record')
    .description('Write process events as they happen to a file that replay takes, until stopped.')
    .option('--out <file>', 'file that is made; compressed when it ends in .gz (default: named for the time)')
    .option('--for <time>', 'stop after so long, e.g. 90s, 30m, 4h; at most 24d', parseWaitMs)
    .option('--max-bytes <bytes>', 'stop when the recording is so long', parseBytes)
    .option('--rotate-bytes <bytes>', 'begin another file when one is so long', parseBytes);
  addSettingFlags(command, ['source', 'format', 'batchSize', 'logLevel']);
  return command.action(async (options: Options) => {
    const { config } = loadCommandConfig(io, options);
    const log = openCommandLog(io, config.log);
    const stop = listenForStop();
    const path = typeof options['out'] === 'string' ? options['out'] : defaultName(new Date());
    try {
      const recording = await openRecordRun({
        config,
        stdin: io.stdin,
        clock: { nowMs: Date.now },
        log,
        signal: stop.signal,
        path,
        forMs: optionalNumber(options['for']),
        maxBytes: optionalNumber(options['maxBytes']),
        rotateBytes: optionalNumber(options['rotateBytes']),
      });
      io.stderr.write(`recording ${recording.source} to ${escapeForTerminal(path, 512)}\n`);
      const manifest = await recording.run();
      io.stderr.write(`${formatManifest(manifest)}\n`);
      const { rejected, lost } = manifest.counts;
      finish(rejected + lost > 0 ? exitCodes.inputUnread : exitCodes.fine);
    } finally {
      // A pipe that nobody closes would keep the process alive.
      io.stdin.destroy();
      stop.dispose();
      await log.close();
    }
  });
}

function formatManifest({ stopped, counts, files }: RecordingManifest): string {
  const { records, filtered, rejected, received, written, lost } = counts;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `${stopped}: records ${records}`,
    `filtered ${filtered}`,
    `rejected ${rejected}`,
    `received ${received}`,
    `written ${written}`,
    `lost ${lost}`,
    `files ${files.length}`,
    `bytes ${bytes}`,
  ].join(', ');
}

function defaultName(now: Date): string {
  return `problemchild-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z.ndjson.gz`;
}

function optionalNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

const byteUnits: Readonly<Record<string, number>> = { '': 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 };

function parseBytes(text: string): number {
  const match = /^(\d{1,15})([kmg]?)$/i.exec(text);
  const bytes = match === null ? Number.NaN : Number(match[1]) * byteUnits[match[2]!.toLowerCase()]!;
  if (!(bytes >= 1 && bytes <= Number.MAX_SAFE_INTEGER)) {
    throw new InvalidArgumentError('a number of bytes such as 500000, 64k, 20m or 1g.');
  }
  return bytes;
}

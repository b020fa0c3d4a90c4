import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { type ActivitySnapshot, connectToAgent, listenForStop } from '../../agent/index.ts';
import type { Config } from '../../config/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { parseWaitMs } from '../duration.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { ResultWriter } from '../result-writer.ts';
import { formatTop } from '../top-screen.ts';

const defaultColumns = 120;
/** Home, and clear what is below: the screen does not flicker as it would when cleared first. */
const home = '\u001b[H';
const clearLine = '\u001b[K';
const clearBelow = '\u001b[J';

/** `problemchild top`: what happens on the running agent, until stopped. */
export function topCommand(io: CliIo): Command {
  const command = new Command('top')
    .description(
      'Show starts a second, highest scores, flagged users and noisiest programs of the running agent.',
    )
    .option('--once', 'one snapshot')
    .option('--json', 'one JSON document a snapshot')
    .option('--every <time>', 'how often, such as 2s', '2s');
  return addSettingFlags(command, ['state']).action(async (options: Readonly<Record<string, unknown>>) => {
    const { config } = await loadAgentConfig(io, options);
    const everyMs = parseWaitMs(String(options['every']));
    const isOnce = options['once'] === true;
    const asJson = options['json'] === true;
    const stop = listenForStop();
    const writer = new ResultWriter(io.stdout);
    try {
      for (;;) {
        const snapshot = await askTop(config);
        if (asJson) writer.json(snapshot);
        else writeScreen(io, writer, snapshot, !isOnce && io.stdout.isTTY === true);
        await writer.flush(true);
        if (isOnce || writer.closed) return;
        await setTimeout(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
        if (stop.signal.aborted) return;
      }
    } finally {
      stop.dispose();
    }
  });
}

/** Each time anew: between two looks the agent may have been started again. */
async function askTop(config: Config): Promise<ActivitySnapshot> {
  const client = await connectToAgent(config);
  try {
    return (await client.ask('top')) as ActivitySnapshot;
  } finally {
    client.close();
  }
}

function writeScreen(io: CliIo, writer: ResultWriter, snapshot: ActivitySnapshot, isLive: boolean): void {
  const { columns = defaultColumns, rows } = io.stdout as {
    readonly columns?: number;
    readonly rows?: number;
  };
  // The last line stays free: writing to its end would scroll.
  const lines = formatTop(snapshot, { columns, rows: isLive && rows !== undefined ? rows - 1 : undefined });
  if (!isLive) {
    for (const line of lines) writer.line(line);
    return;
  }
  writer.line(home + lines.map((line) => line + clearLine).join('\n') + clearBelow);
}

import { Command, InvalidArgumentError } from 'commander';
import {
  type DestinationCounts,
  drainOutbox,
  type ForwardingOptions,
  listDestinations,
  probeDestinations,
  sealSecret,
  withOutboxDesk,
} from '../../agent/index.ts';
import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { escapeForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openConsoleLog } from '../command-log.ts';
import { formatProbe, formatStatus } from '../forward-tables.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';
import { readSecret } from '../secret-input.ts';

type Options = Record<string, unknown>;
type Finish = (exitCode: number) => void;

/** `problemchild forward …`: what waits for the SIEM, and whether it can be reached. */
export function forwardCommand(io: CliIo, finish: Finish): Command {
  return new Command('forward')
    .description('Show, test and drive the forwarding of alerts.')
    .addCommand(statusCommand(io))
    .addCommand(testCommand(io, finish))
    .addCommand(retryCommand(io))
    .addCommand(drainCommand(io, finish))
    .addCommand(deadLetterCommand(io))
    .addCommand(secretCommand(io));
}

function statusCommand(io: CliIo): Command {
  const command = new Command('status').description(
    'Print what waits for each destination, and what became of the rest.',
  );
  return addSettingFlags(command, ['state', 'output']).action(async (options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const status = withOutboxDesk(config, (desk) => ({
      totals: desk.totals(),
      destinations: desk.destinations(),
    }));
    if (isJson(config)) printJson(io, { ...status.totals, destinations: status.destinations });
    else io.stdout.write(formatStatus(status.totals, status.destinations));
  });
}

function testCommand(io: CliIo, finish: Finish): Command {
  const command = new Command('test')
    .description('Send a marked alert to each destination and say what the receiver said.')
    .argument('[destination...]', 'only these');
  return addSettingFlags(command, ['state', 'output']).action(async (names: string[], options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const results = await probeDestinations(forwardingOptions(io, config), names);
    if (results.length === 0) {
      io.stderr.write('no destinations are configured\n');
      finish(exitCodes.usage);
      return;
    }
    for (const result of results) {
      if (isJson(config)) printJson(io, result);
      else io.stdout.write(formatProbe(result));
    }
    finish(results.every(({ ok }) => ok) ? exitCodes.fine : exitCodes.inputUnread);
  });
}

function retryCommand(io: CliIo): Command {
  const command = new Command('retry')
    .description('Have the running agent try destinations again now instead of waiting.')
    .argument('[destination...]', 'only these');
  return addSettingFlags(command, ['state']).action(async (names: string[], options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const wanted = names.length > 0 ? names : [...listDestinations(config).keys()];
    const asked = withOutboxDesk(config, (desk) => {
      assertKnown(names, desk.destinations());
      return desk.requestRetry(wanted);
    });
    for (const name of wanted) {
      const said = asked.includes(name) ? 'is tried again' : 'is not known to this state file';
      io.stdout.write(`${escapeForTerminal(name, 64)}: ${said}\n`);
    }
  });
}

function drainCommand(io: CliIo, finish: Finish): Command {
  const command = new Command('drain')
    .description('Send everything that waits, without an agent.')
    .option('--timeout <seconds>', 'give up after so long', parseSeconds, 300);
  return addSettingFlags(command, ['state', 'logLevel']).action(async (options: Options) => {
    const { config } = await loadAgentConfig(io, options);
    const log = openConsoleLog(io, config.log);
    try {
      const timeoutMs = Number(options['timeout']) * 1_000;
      const isEmpty = await drainOutbox(
        { ...forwardingOptions(io, config), onSecret: (secret) => log.hide(secret) },
        log,
        timeoutMs,
      );
      io.stderr.write(
        isEmpty ? 'everything was sent\n' : 'not everything could be sent; see forward status\n',
      );
      finish(isEmpty ? exitCodes.fine : exitCodes.inputUnread);
    } finally {
      await log.close();
    }
  });
}

function deadLetterCommand(io: CliIo): Command {
  const withDestination = (command: Command): Command =>
    addSettingFlags(command.argument('[destination]', 'only those that this one refused'), ['state']);
  const list = withDestination(new Command('list'))
    .description('Print what receivers refused, one JSON line each, with the reason.')
    .option('--limit <count>', 'most that are printed', parseCount, 1_000)
    .action(async (destination: string | undefined, options: Options) => {
      const { config } = await loadAgentConfig(io, options);
      const letters = withOutboxDesk(config, (desk) =>
        desk.deadLetters(destination, Number(options['limit'])),
      );
      for (const { document, ...letter } of letters) {
        printJson(io, { ...letter, document: JSON.parse(document) as unknown });
      }
    });
  const retry = withDestination(new Command('retry'))
    .description('Put what receivers refused back into the queue.')
    .action(async (destination: string | undefined, options: Options) => {
      const { config } = await loadAgentConfig(io, options);
      const count = withOutboxDesk(config, (desk) => desk.requeue(destination));
      io.stdout.write(`${count} documents are queued again\n`);
    });
  const discard = withDestination(new Command('discard'))
    .description('Throw away what receivers refused.')
    .action(async (destination: string | undefined, options: Options) => {
      const { config } = await loadAgentConfig(io, options);
      const count = withOutboxDesk(config, (desk) => desk.discard(destination));
      io.stdout.write(`${count} documents were thrown away\n`);
    });
  return new Command('dead-letter')
    .description('List, retry or discard what receivers refused for good.')
    .addCommand(list, { isDefault: true })
    .addCommand(retry)
    .addCommand(discard);
}

function secretCommand(io: CliIo): Command {
  const protect = new Command('protect')
    .description(
      'Read a secret from standard input and print it sealed for this machine, for the configuration.',
    )
    .action(async (options: Options) => {
      const { config } = await loadAgentConfig(io, options);
      const secret = await readSecret(io);
      io.stdout.write(`{dpapi: ${await sealSecret(config, secret)}}\n`);
    });
  return new Command('secret')
    .description('Seal the secrets of destinations (Windows).')
    .addCommand(addSettingFlags(protect, []));
}

function assertKnown(names: readonly string[], destinations: readonly DestinationCounts[]): void {
  const known = destinations.map(({ name }) => name);
  const strange = names.find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new AgentError(
    'PC_USAGE',
    `this state file has no destination ${strange}; it has: ${known.join(', ') || 'none'}`,
  );
}

function forwardingOptions(io: CliIo, config: Config): ForwardingOptions {
  return { config, env: io.env };
}

function isJson(config: Config): boolean {
  return config.output.format === 'ndjson';
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 604_800)) throw new InvalidArgumentError('a number of seconds.');
  return seconds;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('a whole number from 1.');
  return count;
}

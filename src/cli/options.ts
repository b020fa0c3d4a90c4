import { type Command, Option } from 'commander';
import { findUnarmableRules } from '../agent/index.ts';
import { type FlagValue, type LoadedConfig, loadConfig, type SettingKey } from '../config/index.ts';
import type { CliIo } from './io.ts';

/** Flags that set a setting of the configuration, as data: commands pick theirs by name. */
const settingFlags = {
  source: {
    flags: '--source <input>',
    key: 'source.input',
    text: 'auto, etw, eventlog, both, a file of JSON lines to follow, or - for standard input',
  },
  format: {
    flags: '--format <format>',
    key: 'source.format',
    text: 'shape of JSON input (default: found out per line)',
  },
  batchSize: {
    flags: '--batch-size <records>',
    key: 'source.batchSize',
    text: 'records scored and committed together',
  },
  model: {
    flags: '--model <folder>',
    key: 'model.bundle',
    text: 'model bundle to score with (default: the shipped one)',
  },
  state: { flags: '--state <file>', key: 'state.file', text: 'SQLite file that keeps state between runs' },
  exceptions: {
    flags: '--exceptions <folder>',
    key: 'alert.exceptionsFolder',
    text: "folder of the organisation's own exceptions",
  },
  iocs: { flags: '--iocs <folder>', key: 'alert.iocFolder', text: 'folder of lists of indicators' },
  output: { flags: '--output <format>', key: 'output.format', text: 'table or ndjson' },
  logLevel: { flags: '--log-level <level>', key: 'log.level', text: 'error, warn, info or debug' },
} as const satisfies Record<string, { flags: string; key: SettingKey; text: string }>;

export type SettingFlag = keyof typeof settingFlags;

/** Gives a command `--config` and the named setting flags. */
export function addSettingFlags(command: Command, names: readonly SettingFlag[]): Command {
  command.option('--config <file>', 'YAML configuration file');
  for (const name of names) {
    const { flags, text } = settingFlags[name];
    command.addOption(new Option(flags, text));
  }
  return command;
}

/** The configuration as file, environment and this command line make it. */
export function loadCommandConfig(io: CliIo, options: Readonly<Record<string, unknown>>): LoadedConfig {
  const flags: FlagValue<SettingKey>[] = [];
  for (const [name, { flags: spelling, key }] of Object.entries(settingFlags)) {
    const value = options[name];
    if (value !== undefined) flags.push({ flag: spelling.split(' ')[0] ?? spelling, key, value });
  }
  const file = options['config'];
  return loadConfig(
    { file: typeof file === 'string' ? file : undefined, env: io.env, flags },
    findUnarmableRules,
  );
}

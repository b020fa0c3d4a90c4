import { Command, Option } from 'commander';
import { readModelFacts } from '../../agent/index.ts';
import {
  type ElasticGeneration,
  importElasticModel,
  type ProviderDrift,
  saveBundle,
} from '../../problemchild/index.ts';
import { escapeForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import type { CliIo } from '../io.ts';
import { readModelFile } from '../model-file.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';

/** `problemchild model status|import`. */
export function modelCommand(io: CliIo): Command {
  return new Command('model')
    .description(
      'Say which model is in force and whether its input drifts, or import one from Elasticsearch.',
    )
    .addCommand(statusCommand(io))
    .addCommand(importCommand(io));
}

function statusCommand(io: CliIo): Command {
  const command = new Command('status').description(
    'Print the model in force and, with a state file, whether what it sees has drifted.',
  );
  addSettingFlags(command, ['model', 'state', 'output']);
  return command.action(async (options: Record<string, unknown>) => {
    const { config } = await loadAgentConfig(io, options);
    const { folder, bundle, drift } = await readModelFacts(config);
    const { name, featureSet, weights, decisionThreshold, highProbabilityThreshold } = bundle;
    if (config.output.format === 'ndjson') {
      const facts = { folder, name, featureSet, weights, decisionThreshold, highProbabilityThreshold, drift };
      printJson(io, facts);
      return;
    }
    const lines = [
      `model      ${escapeForTerminal(name, 128)} in ${escapeForTerminal(folder, 1_024)}`,
      `features   ${featureSet.name}, version ${featureSet.version}, ${bundle.inputs.length} inputs`,
      `weights    SHA-256 ${weights.sha256}`,
      `thresholds prediction 1 from ${decisionThreshold}, high from ${highProbabilityThreshold}`,
      ...(drift === undefined
        ? ['drift      unknown: name a state file with --state, and use a bundle that has a reference']
        : drift.map(formatDrift)),
    ];
    io.stdout.write(`${lines.join('\n')}\n`);
  });
}

function formatDrift({ provider, events, verdict, stabilityIndex, fields }: ProviderDrift): string {
  const index = stabilityIndex === undefined ? '' : `, stability index ${stabilityIndex.toFixed(3)}`;
  const moved = fields.map(
    ({ field, referenceShare, observedShare }) =>
      `${field} missing in ${percent(observedShare)}, was ${percent(referenceShare)}`,
  );
  return [`drift      ${provider}: ${verdict}, ${events} events${index}`, ...moved].join('; ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function importCommand(io: CliIo): Command {
  return new Command('import')
    .description('Make a bundle of a trained model that Elasticsearch exported.')
    .argument('<file>', 'answer of GET _ml/trained_models/<id>?include=definition')
    .requiredOption('--out <folder>', 'folder that receives the bundle')
    .option('--model-id <id>', 'which model, where the file holds several')
    .option('--name <name>', 'name of the bundle; the id of the model when left out')
    .addOption(new Option('--generation <name>', "generation of Elastic's pipeline").choices(['g1', 'g2']))
    .addOption(
      new Option('--booleans <how>', 'what a tree that splits on a boolean is given').choices([
        'missing',
        'number',
      ]),
    )
    .action(async (file: string, options: ImportFlags) => {
      const { out, ...rest } = options;
      const { report, ...bundle } = importElasticModel(await readModelFile(file), rest);
      await saveBundle(out, bundle);
      io.stdout.write(
        `${escapeForTerminal(bundle.bundle.name, 128)}: ${report.trees} trees, ${report.inputs} inputs\n`,
      );
      warn(io, 'fields that the pipeline does not make, always missing', report.unknownFields);
      warn(io, 'booleans that trees split on', report.booleanInputs);
    });
}

interface ImportFlags {
  readonly out: string;
  readonly modelId?: string;
  readonly name?: string;
  readonly generation?: ElasticGeneration;
  readonly booleans?: 'missing' | 'number';
}

function warn(io: CliIo, what: string, names: readonly string[]): void {
  if (names.length === 0) return;
  io.stderr.write(`${what}: ${names.map((name) => escapeForTerminal(name, 120)).join(', ')}\n`);
}

import { Command } from 'commander';
import { openEvidence } from '../../agent/index.ts';
import { AgentError } from '../../errors/index.ts';
import type { EvidenceFiles, EvidenceManifest } from '../../response/index.ts';
import { shortenForTerminal } from '../../text/index.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';

type Options = Readonly<Record<string, unknown>>;

/** `problemchild evidence …`: what was kept of processes that were ended. */
export function evidenceCommand(io: CliIo): Command {
  return new Command('evidence')
    .description('List, export and prune what was kept of processes that were ended.')
    .addCommand(listCommand(io))
    .addCommand(exportCommand(io))
    .addCommand(pruneCommand(io));
}

function listCommand(io: CliIo): Command {
  const command = new Command('list').description('Print every bundle, oldest first.');
  return addSettingFlags(command, ['output']).action(async (options: Options) => {
    const { files, asTable } = open(io, options);
    for (const manifest of await files.list()) {
      io.stdout.write(`${asTable ? formatManifest(manifest) : JSON.stringify(manifest)}\n`);
    }
  });
}

function exportCommand(io: CliIo): Command {
  const command = new Command('export')
    .description('Copy a bundle into a new folder; the image stays compressed.')
    .argument('<id>', 'id of the action')
    .requiredOption('--out <folder>', 'folder to make');
  return addSettingFlags(command, []).action(async (id: string, options: Options) => {
    await open(io, options).files.export(id, String(options['out']));
  });
}

function pruneCommand(io: CliIo): Command {
  const command = new Command('prune')
    .description('Remove the oldest bundles until the rest keeps to a size.')
    .option('--keep-bytes <bytes>', 'most bytes to keep (default: response.evidence.maxTotalBytes)');
  return addSettingFlags(command, []).action(async (options: Options) => {
    const { files, maxTotalBytes } = open(io, options);
    const asked = options['keepBytes'];
    const keepBytes = asked === undefined ? maxTotalBytes : Number(asked);
    if (!Number.isSafeInteger(keepBytes) || keepBytes < 0) {
      throw new AgentError('PC_USAGE', '--keep-bytes takes a number of bytes');
    }
    for (const id of await files.prune(keepBytes)) io.stdout.write(`removed ${id}\n`);
  });
}

function open(
  io: CliIo,
  options: Options,
): { readonly files: EvidenceFiles; readonly asTable: boolean; readonly maxTotalBytes: number } {
  const { config } = loadCommandConfig(io, options);
  const files = openEvidence(config);
  if (files === undefined) {
    throw new AgentError('PC_USAGE', 'no evidence is kept: response.evidence.folder is not set');
  }
  const { maxTotalBytes } = config.response.evidence;
  return { files, asTable: config.output.format === 'table', maxTotalBytes };
}

function formatManifest({ id, collectedMs, image, missing }: EvidenceManifest): string {
  const time = new Date(collectedMs).toISOString().slice(0, 19).replace('T', ' ');
  const what =
    image === undefined
      ? `no image: ${missing ?? ''}`
      : `${image.bytes} bytes${image.isCut ? ' (cut)' : ''}  ${image.path}`;
  return `${time}  ${shortenForTerminal(id, 32)}  ${shortenForTerminal(what, 200)}`;
}

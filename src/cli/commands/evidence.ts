import { Command } from 'commander';
import { openEvidence } from '../../agent/index.ts';
import { AgentError } from '../../errors/index.ts';
import type { EvidenceFiles, EvidenceManifest } from '../../response/index.ts';
import { shortenForTerminal } from '../../text/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { type CliIo, exitCodes } from '../io.ts';
import { addSettingFlags } from '../options.ts';
import { printJson } from '../print-json.ts';

type Options = Readonly<Record<string, unknown>>;

/** `problemchild evidence …`: what was kept of processes that were ended. */
export function evidenceCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  return new Command('evidence')
    .description('List, export and prune what was kept of processes that were ended.')
    .addCommand(listCommand(io, finish))
    .addCommand(exportCommand(io))
    .addCommand(pruneCommand(io));
}

function listCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('list').description('Print every bundle, oldest first.');
  return addSettingFlags(command, ['output']).action(async (options: Options) => {
    const { files, asTable } = await open(io, options);
    const { manifests, damaged } = await files.list();
    for (const manifest of manifests) {
      if (asTable) io.stdout.write(`${formatManifest(manifest)}\n`);
      else printJson(io, manifest);
    }
    for (const id of damaged) {
      io.stderr.write(`${id}: its manifest is not there or not sound; look at it in ${files.folder}\n`);
    }
    finish(damaged.length > 0 ? exitCodes.inputUnread : exitCodes.fine);
  });
}

function exportCommand(io: CliIo): Command {
  const command = new Command('export')
    .description(
      'Copy a bundle, or all of an incident, into a new folder and compare with the manifest; images stay compressed.',
    )
    .argument('<id>', 'id of the action or of the incident')
    .requiredOption('--out <folder>', 'folder to make');
  return addSettingFlags(command, []).action(async (id: string, options: Options) => {
    const { files: bundles } = await open(io, options);
    const out = String(options['out']);
    const exported = (await bundles.has(id))
      ? [await bundles.export(id, out)]
      : await bundles.exportIncident(id, out);
    const files = exported.flatMap((manifest) => manifest.files);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const of = exported.length === 1 ? 'its manifest says' : `the ${exported.length} manifests say`;
    io.stdout.write(`${files.length} files, ${bytes} bytes, as ${of}\n`);
  });
}

function pruneCommand(io: CliIo): Command {
  const command = new Command('prune')
    .description('Remove the oldest bundles until the rest keeps to a size.')
    .option('--keep-bytes <bytes>', 'most bytes to keep (default: response.evidence.maxTotalBytes)');
  return addSettingFlags(command, []).action(async (options: Options) => {
    const { files, maxTotalBytes } = await open(io, options);
    const asked = options['keepBytes'];
    if (asked !== undefined && !(typeof asked === 'string' && /^\d{1,15}$/.test(asked))) {
      throw new AgentError('PC_USAGE', '--keep-bytes takes a number of bytes');
    }
    const keepBytes = asked === undefined ? maxTotalBytes : Number(asked);
    for (const id of await files.prune(keepBytes)) io.stdout.write(`removed ${id}\n`);
  });
}

async function open(
  io: CliIo,
  options: Options,
): Promise<{ readonly files: EvidenceFiles; readonly asTable: boolean; readonly maxTotalBytes: number }> {
  const { config } = await loadAgentConfig(io, options);
  const files = openEvidence(config);
  if (files === undefined) {
    throw new AgentError('PC_USAGE', 'no evidence is kept: response.evidence.folder is not set');
  }
  const { maxTotalBytes } = config.response.evidence;
  return { files, asTable: config.output.format === 'table', maxTotalBytes };
}

function formatManifest({ id, collectedMs, incidentId, files, image, missing }: EvidenceManifest): string {
  const time = new Date(collectedMs).toISOString().slice(0, 19).replace('T', ' ');
  const incident = shortenForTerminal(incidentId ?? '-', 40).padEnd(32);
  const what = image === undefined ? 'no image' : `${image.path}${image.isCut ? ' (cut)' : ''}`;
  const lacks = missing.length === 0 ? '' : `  without ${missing.map((each) => each.what).join(', ')}`;
  return `${time}  ${id}  ${incident}  ${files.length} files  ${shortenForTerminal(what + lacks, 200)}`;
}

import { Command } from 'commander';
import { openReplayRun, readStoredDocuments } from '../../agent/index.ts';
import {
  type AlertDocument,
  alertToEcs,
  type IncidentDocument,
  incidentToEcs,
  renderReport,
} from '../../alert/index.ts';
import { AgentError } from '../../errors/index.ts';
import { loadAgentConfig } from '../agent-config.ts';
import { openCommandLog } from '../command-log.ts';
import type { CliIo } from '../io.ts';
import { addSettingFlags, loadCommandConfig } from '../options.ts';
import { writeReportFile } from '../report-file-writer.ts';
import { endCodeOf, runAllInputs } from '../run-inputs.ts';
import { formatSummary } from '../summary.ts';

/** `problemchild report --html FILE [INPUT…]`: incidents as one page for people. */
export function reportCommand(io: CliIo, finish: (exitCode: number) => void): Command {
  const command = new Command('report')
    .description('Write the incidents of recordings, or of a state file, as one self-contained HTML page.')
    .argument(
      '[input...]',
      'EVTX or JSON files, also .gz and .zip, folders, globs, or -; none: what --state keeps',
    )
    .requiredOption('--html <file>', 'page to write');
  addSettingFlags(command, ['format', 'model', 'state', 'exceptions', 'iocs', 'batchSize', 'logLevel']);
  return command.action(async (files: string[], options: Record<string, unknown>) => {
    const load = files.length === 0 ? loadAgentConfig : loadCommandConfig;
    const { config } = await load(io, options);
    const page = String(options['html']);
    if (files.length === 0) {
      if (config.state.file === null)
        throw new AgentError('PC_USAGE', 'name inputs, or a state file with --state');
      const { alerts, incidents, removed } = readStoredDocuments(config);
      const parse = <T>(documents: readonly string[]): T[] => documents.map((text) => JSON.parse(text) as T);
      const told = parse<IncidentDocument>(incidents);
      writeReportFile(page, renderReport(told, parse<AlertDocument>(alerts), removed));
      io.stderr.write(`${incidents.length} incidents, ${alerts.length} alerts\n`);
      if (removed.alerts + removed.incidents > 0) {
        io.stderr.write(
          `Left out, because the state file keeps them no more: ${removed.incidents} earlier incidents, ${removed.alerts} earlier alerts\n`,
        );
      }
      return;
    }
    const startedMs = performance.now();
    const log = openCommandLog(io, config.log);
    const replay = await openReplayRun({ config, files, stdin: io.stdin, log });
    try {
      const { pipeline, source, bookmark } = replay;
      const alerts: AlertDocument[] = [];
      const incidents: IncidentDocument[] = [];
      const take = (outcome: ReturnType<typeof pipeline.finish>): void => {
        // The page tells what the wire tells, and no more.
        for (const alert of outcome.alerts) alerts.push(wire<AlertDocument>(alertToEcs(alert)));
        for (const incident of outcome.incidents) incidents.push(wire(incidentToEcs(incident)));
      };
      await runAllInputs(
        io,
        source,
        config,
        log,
        async (batch) => {
          take(await pipeline.process(source.name, batch));
          return true;
        },
        bookmark,
      );
      take(pipeline.finish());
      writeReportFile(page, renderReport(incidents, alerts));
      const { tally } = pipeline;
      const seconds = (performance.now() - startedMs) / 1_000;
      io.stderr.write(`${formatSummary(tally, source.inputs, seconds, source.resumed)}\n`);
      finish(endCodeOf(tally));
    } finally {
      await replay.close();
      await log.close();
    }
  });
}

function wire<T>(document: object): T {
  return JSON.parse(JSON.stringify(document)) as T;
}

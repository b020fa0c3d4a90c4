import { createHash } from 'node:crypto';
import { hostname, release, totalmem, uptime } from 'node:os';
import { type Config, formatConfig, type LoadedConfig } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import type { Clock } from '../../event/index.ts';
import { AlertTable, inspectStateFile, responseFileOf } from '../../store/index.ts';
import { connectToAgent } from '../control/index.ts';
import type { DoctorReport } from '../doctor/run-doctor.ts';
import { openResponseDesk } from '../response-desk.ts';
import { useStateFile } from '../state-file.ts';
import { readStateGlance } from '../state-glance-loader.ts';
import { agentVersion } from '../version.ts';
import { findSecrets } from './config-secrets.ts';
import { readLogTail } from './log-tail-loader.ts';
import { createRedaction, summarizeLogLine } from './redaction.ts';
import { createZip } from './zip-archive.ts';

export interface DiagnosticsOptions {
  /** Nothing when it was refused: the report of the doctor then says why. */
  readonly loaded: LoadedConfig | undefined;
  readonly doctor: DoctorReport;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Also whole lines of the log and the latest alerts: user names and command lines are in them. */
  readonly includeEvents: boolean;
}

export interface Diagnostics {
  readonly zip: Buffer;
  readonly files: readonly string[];
}

const maxLogLines = 1_000;
const maxAlerts = 100;

/** One archive of what somebody who is to help needs to know, without secrets. */
export async function collectDiagnostics(options: DiagnosticsOptions): Promise<Diagnostics> {
  const { loaded, doctor, env, clock, includeEvents } = options;
  const secrets = loaded === undefined ? [] : await findSecrets(loaded.config, env);
  const redact = createRedaction({ secrets, hidePeople: !includeEvents });
  const texts: Record<string, string> = {
    'versions.json': toJson(describeMachine()),
    'doctor.json': toJson(doctor),
    ...(loaded === undefined
      ? {}
      : { 'config.yaml': formatConfig(loaded), ...(await describeState(options)) }),
    ...(loaded === undefined ? {} : describeEvents(loaded.config, includeEvents)),
  };
  const files = new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(redact(text))]));
  const listed = [...files].map(([name, bytes]) => ({
    name,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const manifest = {
    format: 'problemchild-diagnostics',
    version: 1,
    madeAt: new Date(clock.nowMs()).toISOString(),
    redacted: includeEvents
      ? 'Secrets are taken out. User names and command lines are in here: --include-events was given.'
      : 'Secrets are taken out, and so are user names and command lines.',
    files: listed,
  };
  files.set('manifest.json', Buffer.from(toJson(manifest)));
  return { zip: createZip(files), files: [...files.keys()] };
}

function describeMachine(): object {
  return {
    agent: agentVersion,
    host: hostname(),
    platform: process.platform,
    architecture: process.arch,
    release: release(),
    uptimeSeconds: Math.round(uptime()),
    memoryBytes: totalmem(),
    components: process.versions,
  };
}

async function describeState({ loaded, clock }: DiagnosticsOptions): Promise<Record<string, string>> {
  const config = loaded!.config;
  const { file } = config.state;
  const state = file === null ? undefined : inspectQuietly(file);
  const journal = file === null ? undefined : inspectQuietly(responseFileOf(file));
  const isReadable = state !== undefined && 'version' in state && state.version === state.knownVersion;
  return {
    'state.json': toJson({ state: state ?? null, response: journal ?? null }),
    'counters.json': toJson(
      (await askAgent(config)) ?? (isReadable ? readStateGlance(config, 'not asked') : null),
    ),
    'response.json': toJson(journal === undefined || 'error' in journal ? null : countActions(config, clock)),
  };
}

/** The facts, or what was wrong with the file: a damaged one is what the archive may be about. */
function inspectQuietly(path: string) {
  try {
    return inspectStateFile(path);
  } catch (error) {
    if (error instanceof AgentError) return { error: error.message };
    throw error;
  }
}

/** Nothing when no agent answers. */
async function askAgent(config: Config): Promise<unknown> {
  try {
    const client = await connectToAgent(config);
    try {
      return await client.ask('status');
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof AgentError) return undefined;
    throw error;
  }
}

/** How often what was done or refused, and where the response stands; not to whom. */
function countActions(config: Config, clock: Clock): object {
  const desk = openResponseDesk(() => config, clock);
  try {
    const counts: Record<string, number> = {};
    for (const document of desk.journal.documents()) {
      const { event } = JSON.parse(document) as { event?: { action?: string; outcome?: string } };
      const key = `${event?.action ?? 'other'} ${event?.outcome ?? ''}`.trim();
      counts[key] = (counts[key] ?? 0) + 1;
    }
    const { mode, configuredMode, killSwitch, held, standDown } = desk.status();
    return { mode, configuredMode, killSwitch, held, standsDown: standDown !== undefined, counts };
  } finally {
    desk.close();
  }
}

function describeEvents(config: Config, includeEvents: boolean): Record<string, string> {
  const lines = readLogTail(config.log.file, maxLogLines);
  const log = includeEvents ? lines : lines.map(summarizeLogLine).filter((line) => line !== undefined);
  return {
    ...(log.length === 0 ? {} : { 'log.ndjson': `${log.join('\n')}\n` }),
    ...(includeEvents ? { 'alerts.ndjson': readLatestAlerts(config) } : {}),
  };
}

function readLatestAlerts({ state }: Config): string {
  const facts = state.file === null ? undefined : inspectQuietly(state.file);
  if (state.file === null || facts === undefined || 'error' in facts) return '';
  if (facts.version !== facts.knownVersion) return '';
  const documents = useStateFile(state.file, (store) => [...new AlertTable(store).documents()]);
  return documents
    .slice(-maxAlerts)
    .map((document) => `${document}\n`)
    .join('');
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

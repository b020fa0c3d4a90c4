import type { Reason } from '../alert/index.ts';
import type { ScoredStart } from '../anomaly/index.ts';
import type { Config } from '../config/index.ts';
import { ProcessTable } from '../lineage/index.ts';
import type { Log } from '../log/index.ts';
import { createExplainer, openScorer, type Scorer } from '../problemchild/index.ts';
import { type FileSource, openFileSource } from '../source/index.ts';
import { shippedBundle } from './assets.ts';

/** What a run over recordings is made of. */
export interface InputOptions {
  readonly config: Config;
  /** Files, folders, patterns, or `-`. */
  readonly files: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Told of what could not be processed. */
  readonly log: Log;
}

export function openSource({ config, files, stdin }: Omit<InputOptions, 'log'>): FileSource {
  const { format, maxLineBytes } = config.source;
  return openFileSource(files, { format, maxLineBytes, stdin });
}

export function openTable(config: Config): ProcessTable {
  return new ProcessTable({ maxProcesses: config.lineage.maxProcesses });
}

/** Reasons given with an alert. */
const reasonsGiven = 8;

/**
 * What moved a score, from what the bundle keeps for it; nothing for a bundle that keeps none.
 * @throws AgentError PC_MODEL_EXPLANATION when what it keeps does not match it
 */
export async function openReasons(
  config: Config,
  { bundle }: Scorer,
): Promise<(start: ScoredStart) => readonly Reason[]> {
  if (bundle.training['explanation'] === undefined) return () => [];
  const explainer = await createExplainer(config.model.bundle ?? shippedBundle);
  return ({ event }) => explainer.explain(event, reasonsGiven).map(({ text, weight }) => ({ text, weight }));
}

/** @throws AgentError PC_MODEL_… when the bundle is refused */
export function openModel(config: Config): Promise<Scorer> {
  forbidTelemetry();
  return openScorer(config.model.bundle ?? shippedBundle);
}

/**
 * Outside Windows, ONNX Runtime from 1.29 on reports sessions and how long they run to its vendor, and keeps a database for
 * that, unless this variable is set when its first session is made.
 */
function forbidTelemetry(): void {
  // biome-ignore lint/style/noProcessEnv: it is the only switch, and the library reads it there.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}

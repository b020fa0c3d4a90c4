import type { Config } from '../config/index.ts';
import { ProcessTable } from '../lineage/index.ts';
import { openScorer, type Scorer } from '../problemchild/index.ts';
import { type FileSource, openFileSource } from '../source/index.ts';
import { shippedBundle } from './assets.ts';

/** What a run over recordings is made of. */
export interface InputOptions {
  readonly config: Config;
  /** Files, folders, patterns, or `-`. */
  readonly files: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
}

export function openSource({ config, files, stdin }: InputOptions): FileSource {
  const { format, maxLineBytes } = config.source;
  return openFileSource(files, { format, maxLineBytes, stdin });
}

export function openTable(config: Config): ProcessTable {
  return new ProcessTable({ maxProcesses: config.lineage.maxProcesses });
}

/** @throws AgentError PC_MODEL_… when the bundle is refused */
export function openModel(config: Config): Promise<Scorer> {
  return openScorer(config.model.bundle ?? shippedBundle);
}

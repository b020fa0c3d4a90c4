import { Readable } from 'node:stream';
import { openReplayRun, type ReplayRun } from '../../../src/agent/index.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

/** The real pipeline with default settings and the shipped model; its state file is thrown away. */
export function openLivePipeline(): Promise<ReplayRun> {
  const { config } = loadConfig({ env: {} });
  return openReplayRun({ config, files: ['-'], stdin: Readable.from([]), log: createMemoryLog() });
}

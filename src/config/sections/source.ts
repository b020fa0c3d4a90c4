import * as z from 'zod';
import { jsonFormats } from '../../event/index.ts';
import { section } from '../setting.ts';
import { sourceInput } from '../source-input.ts';

export const source = section('Where records come from and how they are read.', {
  input: sourceInput.default('auto').meta({
    description:
      'What run reads: auto (Sysmon where it logs, ETW otherwise), etw, eventlog, both, the path of a file of JSON lines to follow, or - for standard input.',
  }),
  format: z
    .enum(['auto', ...jsonFormats, 'evtx'])
    .default('auto')
    .meta({ description: 'Shape of JSON input; auto decides per line.' }),
  maxLineBytes: z.int().min(1024).max(268_435_456).default(1_048_576).meta({
    description: 'Longest line of JSON input; a longer one is rejected and counted.',
    unit: 'bytes',
  }),
  batchSize: z.int().min(1).max(1_000_000).default(128).meta({
    description: 'Records that are scored and committed together. Results do not depend on it.',
    unit: 'records',
  }),
});

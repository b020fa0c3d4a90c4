import * as z from 'zod';
import { section, text } from '../setting.ts';

export const log = section("The agent's own log. Results never go there.", {
  level: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .meta({ description: 'Least severe level that is logged.' }),
  file: text()
    .nullable()
    .default(null)
    .meta({ description: 'File that receives the log as JSON lines; null logs to stderr only.', path: true }),
  maxFileBytes: z.int().min(65_536).max(1_073_741_824).default(10_485_760).meta({
    description: 'Size at which the log file is rotated; no log file grows beyond it.',
    unit: 'bytes',
  }),
  maxFiles: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .meta({ description: 'Log files kept, the current one included; the oldest is deleted.', unit: 'files' }),
});

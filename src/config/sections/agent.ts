import * as z from 'zod';
import { section } from '../setting.ts';

export const agent = section('The agent as a process.', {
  priority: z.enum(['normal', 'belowNormal']).default('normal').meta({
    description:
      'Priority of the process. Below normal leaves the processor to others; verdicts may come later then.',
  }),
  maxCpuPercent: z.int().min(5).max(100).nullable().default(null).meta({
    description:
      'Most processor time taken over seconds, in percent of one core; null for no limit. What has to wait is kept, not dropped.',
    unit: '%',
  }),
  stalledAfterMs: z.int().min(10_000).max(3_600_000).default(60_000).meta({
    description:
      'A stage without progress for so long, while there is work for it, is started anew and reported.',
    unit: 'ms',
  }),
});

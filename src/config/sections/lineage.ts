import * as z from 'zod';
import { section } from '../setting.ts';

export const lineage = section('The table of processes that parents are found in.', {
  maxProcesses: z.int().min(100).max(10_000_000).default(8_000).meta({
    description: 'Processes remembered; the one that was quiet longest leaves first.',
    unit: 'processes',
  }),
});

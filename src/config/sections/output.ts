import * as z from 'zod';
import { section } from '../setting.ts';

export const output = section('How results are printed on stdout.', {
  format: z
    .enum(['table', 'ndjson'])
    .default('table')
    .meta({ description: 'A table to read, or one ECS document a line.' }),
});

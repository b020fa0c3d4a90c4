import { z } from 'zod';
import { section, text } from '../setting.ts';

export const detection = section('Which rules run, and how severe their alerts are.', {
  rulesFolder: text().nullable().default(null).meta({
    description: 'Folder of YAML files that change the shipped rules or add to them; null for none.',
    path: true,
  }),
  exclusions: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the exclusions that ship with the event rules apply.' }),
});

import * as z from 'zod';
import { section, text } from '../setting.ts';

export const detection = section('Which rules run, and how severe their alerts are.', {
  rulesFolder: text().nullable().default(null).meta({
    description: 'Folder of YAML files that change the shipped rules or add to them; null for none.',
    path: true,
  }),
  exclusions: z.enum(['auto', 'on', 'off']).default('auto').meta({
    description:
      "Whether the exclusions of the event rules apply. They fit Elastic's model: auto means on with a model of Elastic's features, off with the shipped one.",
  }),
});

import * as z from 'zod';
import { section, text } from '../setting.ts';

export const alert = section('What a person sees: exceptions, suppression, indicators and incidents.', {
  exceptionSets: z.array(text(100)).max(50).default([]).meta({
    description:
      'Shipped sets of exceptions to switch on, by name: administrative-tools, developer-workstations, management-agents, scheduled-maintenance, security-tools, software-updaters.',
  }),
  exceptionsFolder: text().nullable().default(null).meta({
    description: "Folder of the organisation's own exceptions, one or more YAML files; null for none.",
    path: true,
  }),
  iocFolder: text().nullable().default(null).meta({
    description:
      'Folder of lists of indicators (.txt, .csv, .json as MISP or STIX 2 write it) that alerts are compared with; null for none.',
    path: true,
  }),
  suppressionWindowMs: z.int().min(0).max(604_800_000).default(3_600_000).meta({
    description: 'How long alerts that say the same are gathered into one, in event time; 0 shows all.',
    unit: 'ms',
  }),
  suppressionPassed: z.int().min(1).max(1_000).default(3).meta({
    description: 'How many such alerts are shown before the rest are only counted.',
    unit: 'alerts',
  }),
  incidentQuietMs: z.int().min(60_000).max(604_800_000).default(14_400_000).meta({
    description: 'A host that was quiet for so long, in event time, adds nothing more to an incident.',
    unit: 'ms',
  }),
  incidentMaxSpanMs: z.int().min(3_600_000).max(2_592_000_000).default(86_400_000).meta({
    description: 'An incident that goes on for so long is told all the same.',
    unit: 'ms',
  }),
});

import * as z from 'zod';
import { section, text } from '../setting.ts';

const agentNames = [
  'elastic-agent',
  'elastic-endpoint',
  'metricbeat',
  'filebeat',
  'packetbeat',
  'winlogbeat',
];

export const anomaly = section('What is rare here: the six anomaly jobs, in buckets of 15 minutes.', {
  mode: z.enum(['default', 'elastic']).default('default').meta({
    description:
      "Whether the jobs are useful from the first day (default) or work as Elastic's do (elastic). Each mode keeps what it learnt.",
  }),
  priors: z.boolean().default(true).meta({
    description: 'Whether what is ordinary on Windows, and an imported baseline, take part in default mode.',
  }),
  minProbability: z.number().min(0).max(1).default(0.5).meta({
    description: 'Least malicious probability of a start that the jobs take as flagged.',
    unit: 'probability',
  }),
  minRecordScore: z.number().min(0).max(100).default(25).meta({
    description: 'Least score of an anomaly record that is kept; the rules have thresholds of their own.',
    unit: 'score',
  }),
  graceMs: z.int().min(0).max(840_000).default(120_000).meta({
    description: 'How long after its end a bucket still takes starts; later ones are counted as late.',
    unit: 'ms',
  }),
  setBackMs: z.int().min(900_000).max(31_536_000_000).default(86_400_000).meta({
    description: "A start this much older than its host's latest one sets the clock of the host back.",
    unit: 'ms',
  }),
  pruneAfterDays: z.int().min(1).max(3_650).default(30).meta({
    description: 'What a host has not seen for so many of the days on which it was observed is forgotten.',
    unit: 'days',
  }),
  maxEntities: z.int().min(100).max(1_000_000).default(20_000).meta({
    description: 'Hosts, users and parents remembered; the one seen least recently leaves first.',
    unit: 'entities',
  }),
  maxPairs: z.int().min(1_000).max(10_000_000).default(100_000).meta({
    description:
      'Process names remembered under hosts, users and parents; the least recently seen leave first.',
    unit: 'pairs',
  }),
  excludedProcessNames: z
    .array(text(256))
    .max(1_000)
    .default(agentNames.flatMap((name) => [name, `${name}.exe`]))
    .meta({ description: 'Process names that are never flagged here, in any case.' }),
  organisationKey: z.string().min(16).max(1_024).nullable().default(null).meta({
    description: 'Key that hashes user names in baselines; null leaves users out of them.',
    secret: true,
  }),
});

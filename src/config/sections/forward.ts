import * as z from 'zod';
import { section, text } from '../setting.ts';
import { destination } from './forward-destinations.ts';

export const forward = section('Who is told: the outbox and its destinations. See docs/siem.md.', {
  destinations: z
    .record(
      text(64).regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: 'a name of letters, digits, . _ -' }),
      destination,
    )
    .default({})
    .meta({
      description:
        'Receivers by name: elasticsearch, syslog, splunk, webhook, otlp, file and eventlog, any number of each.',
    }),
  record: z.boolean().default(true).meta({
    description:
      'Whether everything that is forwarded is also kept in a local file, one ECS document a line.',
  }),
  recordFile: text().nullable().default(null).meta({
    description: 'That file; null means alerts.ndjson beside the state file, and none without a state file.',
    path: true,
  }),
  recordFileBytes: z.int().min(65_536).max(1_099_511_627_776).default(104_857_600).meta({
    description: 'Size at which that file is rotated.',
    unit: 'bytes',
  }),
  recordFiles: z.int().min(1).max(1_000).default(10).meta({
    description: 'Such files kept, the current one included.',
    unit: 'files',
  }),
  maxQueueBytes: z.int().min(1_048_576).max(1_099_511_627_776).default(1_073_741_824).meta({
    description:
      'Most that waits in the outbox; beyond it the least severe and oldest are dropped, and an alert says so.',
    unit: 'bytes',
  }),
  maxQueueAgeMs: z.int().min(60_000).max(31_536_000_000).default(1_209_600_000).meta({
    description:
      'Longest that a document waits while the agent runs; then it is dropped, and an alert says so.',
    unit: 'ms',
  }),
  batchEntries: z.int().min(1).max(10_000).default(500).meta({
    description: 'Most documents sent to a destination at once.',
    unit: 'documents',
  }),
  batchBytes: z.int().min(65_536).max(67_108_864).default(4_194_304).meta({
    description: 'Most bytes sent to a destination at once.',
    unit: 'bytes',
  }),
  batchAgeMs: z.int().min(0).max(600_000).default(1_000).meta({
    description: 'How long a batch that is not full waits for more.',
    unit: 'ms',
  }),
  timeoutMs: z.int().min(1_000).max(600_000).default(60_000).meta({
    description: 'How long one batch may take from connecting to the last answer.',
    unit: 'ms',
  }),
  connectTimeoutMs: z.int().min(100).max(120_000).default(10_000).meta({
    description: 'How long connecting to a destination may take, TLS included.',
    unit: 'ms',
  }),
  backoffMinMs: z.int().min(100).max(600_000).default(1_000).meta({
    description:
      'Ceiling of the wait after a first failure; it doubles with each, and the wait is a random part of it.',
    unit: 'ms',
  }),
  backoffMaxMs: z.int().min(1_000).max(3_600_000).default(300_000).meta({
    description: 'Ceiling of the wait after many failures.',
    unit: 'ms',
  }),
  heartbeatMs: z.int().min(10_000).max(86_400_000).default(300_000).meta({
    description: 'How often the agent reports its health.',
    unit: 'ms',
  }),
});

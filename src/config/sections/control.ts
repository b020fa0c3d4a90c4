import * as z from 'zod';
import { section, text } from '../setting.ts';

export const control = section(
  'The local channel on which a running agent is asked and told. See docs/operate.md.',
  {
    enabled: z.boolean().default(true).meta({
      description: 'Whether a running agent answers on it.',
    }),
    pipe: text(100)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: 'a name of letters, digits, . _ -' })
      .default('problemchild')
      .meta({ description: 'Name of the named pipe, on Windows.' }),
    socket: text().nullable().default(null).meta({
      description:
        'The Unix socket, elsewhere; null means NAME.control.sock beside the state file NAME.db, and none without a state file.',
      path: true,
    }),
    readGroup: text(184)
      .regex(/^S-1-\d{1,14}(?:-\d{1,10}){1,15}$/, { error: 'a SID such as S-1-5-32-573' })
      .nullable()
      .default(null)
      .meta({
        description:
          'SID of a Windows group whose members may read status, top and metrics besides Administrators and SYSTEM; null for none.',
      }),
    maxClients: z.int().min(1).max(29).default(8).meta({
      description: 'Most clients at once; one more is told to come back.',
      unit: 'clients',
    }),
    idleTimeoutMs: z.int().min(1_000).max(600_000).default(30_000).meta({
      description: 'A client that asks nothing for so long is disconnected.',
      unit: 'ms',
    }),
    metricsPort: z.int().min(0).max(65_535).default(0).meta({
      description:
        'Port on 127.0.0.1 that serves Prometheus metrics at /metrics to whoever is on this machine; 0 for none.',
      unit: 'port',
    }),
  },
);

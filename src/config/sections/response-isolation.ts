import * as z from 'zod';
import { parseNetwork } from '../../text/index.ts';
import { text } from '../setting.ts';

/** Shorter prefixes would leave so much reachable that nothing is isolated. */
const minPrefix = { 4: 8, 6: 16 } as const;
const hostName =
  /^(?=.{1,253}$)(?!\d+(?:\.\d+)*$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/i;

function isPeer(value: string): boolean {
  const network = parseNetwork(value);
  return network === undefined ? hostName.test(value) : network.prefix >= minPrefix[network.family];
}

const peer = text(253).refine(isPeer, {
  error:
    'a host name, an address, or a network such as 10.1.0.0/16, of at least /8 for IPv4 and /16 for IPv6',
});
const resolver = text(64).refine((value) => parseNetwork(value) !== undefined && !value.includes('/'), {
  error: 'an address',
});

/** Settings of `response.isolation`. */
export const isolation = z
  .strictObject({
    enabled: z.boolean().default(false).meta({
      description: 'Whether incidents may isolate the host; people may in any case. Never in mode audit.',
    }),
    minSeverity: z.enum(['low', 'medium', 'high', 'critical']).default('critical').meta({
      description: 'Least severity of an incident that isolates the host.',
    }),
    forMs: z.int().min(60_000).max(604_800_000).default(14_400_000).meta({
      description: 'How long the agent isolates the host; then it is released by itself.',
      unit: 'ms',
    }),
    allow: z.array(peer).max(256).default([]).meta({
      description:
        'Hosts, addresses and networks for management that an isolated host may talk to, in both directions.',
    }),
    dns: z.array(resolver).max(16).default([]).meta({
      description: 'Resolvers that an isolated host may ask; none means those that it is configured with.',
    }),
    persistent: z.boolean().default(false).meta({
      description: 'Whether an isolation by the agent outlives a restart of the system.',
    }),
    minIntervalMs: z.int().min(0).max(2_592_000_000).default(86_400_000).meta({
      description: 'The agent isolates the host at most once in this time.',
      unit: 'ms',
    }),
    refreshMs: z.int().min(10_000).max(86_400_000).default(300_000).meta({
      description: 'How often host names are resolved again while the host is isolated.',
      unit: 'ms',
    }),
    testTimeoutMs: z.int().min(1_000).max(60_000).default(15_000).meta({
      description: 'How long a destination may take to answer right after; without an answer it is undone.',
      unit: 'ms',
    }),
  })
  .prefault({});

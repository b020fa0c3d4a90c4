import { describe, expect, it } from 'vitest';
import { createIsolationPeers } from '../../src/agent/isolation-peers.ts';
import { loadConfig } from '../../src/config/index.ts';
import { formatNetwork } from '../../src/text/index.ts';

const shipped = loadConfig({ env: {}, flags: [], file: undefined }).config;

function open(
  destinations: Record<string, object>,
  isolation: object,
  options: { known?: Record<string, string[]>; env?: Record<string, string>; reached?: string[] } = {},
) {
  const { known = {}, env = {}, reached = [] } = options;
  const config = {
    ...shipped,
    forward: { ...shipped.forward, destinations: destinations as typeof shipped.forward.destinations },
    response: { ...shipped.response, isolation: { ...shipped.response.isolation, ...isolation } },
  };
  return createIsolationPeers({
    config: () => config,
    env,
    names: { resolve: async (name) => known[name] ?? [], resolvers: () => ['192.0.2.53', 'fe80::1%4'] },
    probe: async (names) =>
      names.map((destination) => ({
        destination,
        ok: reached.includes(destination),
        eventId: '',
        tookMs: 1,
        what: 'connection refused',
        remedy: undefined,
        detail: undefined,
        chain: [],
      })),
  });
}

const http = { proxy: 'none' };
const syslog = { type: 'syslog', host: 'logs.example', port: 6_514, protocol: 'tls' };

describe('whom an isolated host may talk to', () => {
  it('is every host that a destination goes to, its proxies, management and the resolvers', async () => {
    const peers = open(
      {
        siem: { type: 'elasticsearch', hosts: ['https://es.example:9243', 'http://10.9.8.7'], ...http },
        logs: { ...syslog, protocol: 'udp' },
        hec: { type: 'splunk', url: 'https://[2001:db8::5]:8088/services', ...http },
        hook: {
          type: 'webhook',
          url: { env: 'HOOK' },
          proxy: { url: 'http://proxy.example:3128', user: null, password: null, except: [] },
        },
        here: { type: 'file', path: '/tmp/x' },
      },
      { allow: ['10.20.0.0/16', 'jump.example'] },
      {
        known: {
          'es.example': ['198.51.100.1', '2001:db8::1'],
          'logs.example': ['198.51.100.2'],
          'hook.example': ['198.51.100.3'],
          'proxy.example': ['198.51.100.4'],
          'jump.example': ['198.51.100.5'],
        },
        env: { HOOK: 'https://hook.example/x' },
      },
    );
    const { allowed, unresolved, addresses } = await peers.find({});
    expect(
      allowed.endpoints
        .map(({ remote, protocol, port }) => `${protocol} ${formatNetwork(remote)} ${port}`)
        .toSorted(),
    ).toEqual([
      'tcp 10.9.8.7 80',
      'tcp 198.51.100.1 9243',
      'tcp 198.51.100.3 443',
      'tcp 198.51.100.4 3128',
      'tcp 198.51.100.4 3128',
      'tcp 2001:db8::1 9243',
      'tcp 2001:db8::5 8088',
      'udp 198.51.100.2 6514',
    ]);
    expect(allowed.management.map(formatNetwork)).toEqual(['10.20.0.0/16', '198.51.100.5']);
    expect(allowed.resolvers.map(formatNetwork)).toEqual(['192.0.2.53', 'fe80::1']);
    expect(unresolved).toEqual([]);
    expect(addresses['jump.example']).toEqual(['198.51.100.5']);
  });

  it('keeps what a name had before, and names what never had an address', async () => {
    const peers = open({ logs: syslog }, { allow: ['jump.example'], dns: ['9.9.9.9'] });
    const { allowed, unresolved, addresses } = await peers.find({ 'logs.example': ['198.51.100.2'] });
    expect(allowed.endpoints.map(({ remote }) => formatNetwork(remote))).toEqual(['198.51.100.2']);
    expect(allowed.resolvers.map(formatNetwork)).toEqual(['9.9.9.9']);
    expect(unresolved).toEqual(['jump.example']);
    expect(addresses).toEqual({ 'logs.example': ['198.51.100.2'] });
  });

  it('keeps the addresses by which a destination was reached, whatever its name says later', async () => {
    const known = { 'logs.example': ['203.0.113.66'], 'jump.example': ['203.0.113.67'] };
    const peers = open({ logs: syslog }, { allow: ['jump.example'] }, { known });
    const before = { 'logs.example': ['198.51.100.2'], 'jump.example': ['198.51.100.5'] };
    const { allowed, addresses } = await peers.find(before);
    expect(addresses['logs.example']).toEqual(['198.51.100.2', '203.0.113.66']);
    expect(allowed.endpoints.map(({ remote }) => formatNetwork(remote))).toEqual([
      '198.51.100.2',
      '203.0.113.66',
    ]);
    expect(allowed.management.map(formatNetwork)).toEqual(['203.0.113.67']);
  });

  it('does not grow with every answer, and loses none that was there first', async () => {
    let addresses: Record<string, readonly string[]> = { 'logs.example': ['198.51.100.2'] };
    for (let turn = 0; turn < 20; turn++) {
      const answer = Array.from({ length: 30 }, (_, index) => `203.0.${turn}.${index}`);
      const peers = open({ logs: syslog }, {}, { known: { 'logs.example': answer } });
      ({ addresses } = await peers.find(addresses));
    }
    expect(addresses['logs.example']).toContain('198.51.100.2');
    expect(addresses['logs.example']).toContain('203.0.19.0');
    expect(addresses['logs.example']?.length).toBeLessThanOrEqual(32);
  });

  it('is reached when one destination is, and says of each why not', async () => {
    const destinations = { logs: syslog, more: syslog, here: { type: 'file', path: '/tmp/x' } };
    expect(await open(destinations, {}, { reached: ['more'] }).tryDestinations()).toBeUndefined();
    expect(await open(destinations, {}).tryDestinations()).toEqual([
      'logs: connection refused',
      'more: connection refused',
    ]);
  });
});

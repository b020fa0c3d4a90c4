import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AllowedPeers, planIsolation } from '../../../src/response/isolation/isolation-plan.ts';
import { contains, formatNetwork, type Network, parseNetwork } from '../../../src/text/index.ts';
import { evaluate, type Packet } from './filter-evaluator.ts';

const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseNetwork(text)!);
/** Few, so that packets and peers meet. */
const near = fc
  .oneof(
    fc.nat(3).map((last) => `10.1.2.${last}`),
    fc.nat(3).map((last) => `2001:db8::${last}`),
    fc.constantFrom('fe80::1', 'ff02::1', 'ff02::16', '::', '255.255.255.255', '224.0.0.252'),
  )
  .map((text) => parseNetwork(text)!);
const network = fc.oneof(
  near,
  fc
    .constantFrom('10.1.2.0/31', '10.1.0.0/16', '2001:db8::/32', '2001:db8::2/127')
    .map((text) => parseNetwork(text)!),
);
const port = fc.constantFrom(0, 53, 67, 68, 443, 546, 547, 5_985, 6_514, 9_200);
const peers: fc.Arbitrary<AllowedPeers> = fc.record({
  resolvers: fc.array(near, { maxLength: 3 }),
  endpoints: fc.array(
    fc.record({ remote: near, protocol: fc.constantFrom('tcp' as const, 'udp' as const), port }),
    { maxLength: 4 },
  ),
  management: fc.array(network, { maxLength: 4 }),
});
const packet: fc.Arbitrary<Packet> = fc.record({
  layer: fc.constantFrom('connect' as const, 'accept' as const, 'forward' as const),
  isLoopback: fc.boolean(),
  protocol: fc.constantFrom(1, 2, 6, 17, 47, 58),
  localPort: fc.oneof(port, fc.integer({ min: 128, max: 144 }), fc.nat(65_535)),
  remotePort: port,
  remote: fc.oneof(near, address),
});

/** The rule in words, written without looking at filters. */
function mayPass({ resolvers, endpoints, management }: AllowedPeers, p: Packet): boolean {
  if (p.layer === 'forward') return false;
  const isOut = p.layer === 'connect';
  const isTo = (network: Network): boolean => contains(network, p.remote);
  const isLease =
    p.protocol === 17 &&
    (p.remote.family === 4
      ? p.localPort === 68 && p.remotePort === 67
      : p.localPort === 546 && p.remotePort === 547);
  return (
    p.isLoopback ||
    isLease ||
    isNeighborDiscovery(p) ||
    management.some(isTo) ||
    (isOut && resolvers.some(isTo) && (p.protocol === 6 || p.protocol === 17) && p.remotePort === 53) ||
    (isOut &&
      endpoints.some(
        ({ remote, protocol, port: to }) =>
          isTo(remote) && p.protocol === (protocol === 'tcp' ? 6 : 17) && p.remotePort === to,
      ))
  );
}

function isNeighborDiscovery({
  layer,
  protocol,
  localPort: type,
  remotePort: code,
  remote,
}: Packet): boolean {
  if (protocol !== 58 || remote.family !== 6 || code !== 0) return false;
  const isLinkLocal = remote.bytes[0] === 0xfe && (remote.bytes[1]! & 0xc0) === 0x80;
  const isLinkMulticast = remote.bytes[0] === 0xff && remote.bytes[1] === 2;
  if (type === 135 || type === 136) return true;
  if (layer === 'accept') return (type === 134 || type === 130) && isLinkLocal;
  if (type === 133) return isLinkLocal || isLinkMulticast;
  return (type === 131 || type === 132 || type === 143) && isLinkMulticast;
}

describe('an isolation plan', () => {
  it('lets through exactly what it should, whatever the peers', () => {
    let permitted = 0;
    fc.assert(
      fc.property(peers, packet, fc.boolean(), (allowed, p, persistent) => {
        const expected = mayPass(allowed, p) ? 'permit' : 'block';
        if (expected === 'permit') permitted++;
        expect(evaluate(planIsolation(allowed, persistent), p)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(permitted).toBeGreaterThan(500);
  });

  it('never blocks loopback or management in either direction', () => {
    fc.assert(
      fc.property(peers, packet, (allowed, p) => {
        fc.pre(p.layer !== 'forward');
        const plan = planIsolation(allowed, false);
        expect(evaluate(plan, { ...p, isLoopback: true })).toBe('permit');
        for (const each of allowed.management) expect(evaluate(plan, { ...p, remote: each })).toBe('permit');
      }),
    );
  });

  it('blocks everything at every layer of both families', () => {
    const blocks = planIsolation({ resolvers: [], endpoints: [], management: [] }, false).filters.filter(
      ({ action }) => action === 'block',
    );
    const keys = blocks.map(({ layer, family, action, ...conditions }) => {
      expect(conditions).toEqual({});
      return `${layer}${family}`;
    });
    expect(keys.toSorted()).toEqual(['accept4', 'accept6', 'connect4', 'connect6', 'forward4', 'forward6']);
  });

  it('has an id that says what it does, in whatever order', () => {
    fc.assert(
      fc.property(peers, (allowed) => {
        const plan = planIsolation(allowed, false);
        const turned = planIsolation(
          {
            resolvers: allowed.resolvers.toReversed(),
            endpoints: allowed.endpoints.toReversed(),
            management: [...allowed.management.toReversed(), ...allowed.management],
          },
          false,
        );
        expect(turned.id).toBe(plan.id);
        expect(turned.filters).toHaveLength(plan.filters.length);
        expect(plan.id).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
        expect(planIsolation(allowed, true).id).not.toBe(plan.id);
        const more = parseNetwork('203.0.113.77')!;
        expect(planIsolation({ ...allowed, management: [...allowed.management, more] }, false).id).not.toBe(
          plan.id,
        );
      }),
    );
  });

  it('writes no filter twice', () => {
    fc.assert(
      fc.property(peers, (allowed) => {
        const spelled = planIsolation(allowed, false).filters.map(({ remote, ...rest }) =>
          JSON.stringify([rest, remote && formatNetwork(remote)]),
        );
        expect(new Set(spelled).size).toBe(spelled.length);
      }),
    );
  });
});

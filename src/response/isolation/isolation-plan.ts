import { hash } from 'node:crypto';
import { formatNetwork, type Network, parseNetwork } from '../../text/index.ts';

/** `connect`: connections that the host opens. `accept`: that it takes. `forward`: packets it passes on for others. */
export type FilterLayer = 'connect' | 'accept' | 'forward';

/** One filter. What is absent is not asked about; all that is there must hold. */
export interface PlanFilter {
  readonly layer: FilterLayer;
  readonly family: 4 | 6;
  readonly action: 'permit' | 'block';
  readonly loopback?: true;
  /** IP protocol number. */
  readonly protocol?: number;
  /** Of ICMP: its type. */
  readonly localPort?: number;
  /** Of ICMP: its code. */
  readonly remotePort?: number;
  readonly remote?: Network;
}

/** Filters that isolate the host. A permit comes before every block. */
export interface IsolationPlan {
  /** Sixteen hexadecimal digits, never all zero: the same filters have the same id. */
  readonly id: string;
  readonly filters: readonly PlanFilter[];
  /** Whether the isolation outlives a restart of the system. */
  readonly persistent: boolean;
}

/** Somebody to whom the agent reports. */
export interface Endpoint {
  readonly remote: Network;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Who may still be talked to. */
export interface AllowedPeers {
  /** Asked for names, by UDP and TCP on port 53. */
  readonly resolvers: readonly Network[];
  readonly endpoints: readonly Endpoint[];
  /** In both directions, with every protocol. */
  readonly management: readonly Network[];
}

const families = [4, 6] as const;
const protocols = { icmp6: 58, tcp: 6, udp: 17 } as const;
const dnsPort = 53;
/** Only these have a meaning to the host's own stack; other ICMPv6 is blocked. */
const icmp6 = {
  listenerQuery: 130,
  listenerReport: 131,
  listenerDone: 132,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
  listenerReport2: 143,
} as const;
const linkLocal = parseNetwork('fe80::/10')!;
const linkMulticast = parseNetwork('ff02::/16')!;

/**
 * Loopback, leases, neighbour discovery, name resolution and the allowed peers; nothing else, in either
 * direction, for IPv4 and IPv6. What the host passes on for others is blocked altogether.
 */
export function planIsolation(peers: AllowedPeers, persistent: boolean): IsolationPlan {
  const filters = families.flatMap((family) => [
    ...permitLocal(family),
    ...(family === 6 ? permitNeighbors() : []),
    ...permitPeers(peers, family),
    ...(['connect', 'accept', 'forward'] as const).map(
      (layer): PlanFilter => ({ layer, family, action: 'block' }),
    ),
  ]);
  const distinct = [...new Map(filters.map((filter) => [spell(filter), filter])).values()];
  const spelled = [persistent ? 'persistent' : 'until restart', ...distinct.map(spell).toSorted()];
  const id = hash('sha256', spelled.join('\n'), 'hex').slice(0, 16);
  return { id: /^0+$/.test(id) ? '0000000000000001' : id, filters: distinct, persistent };
}

function permitLocal(family: 4 | 6): PlanFilter[] {
  const [localPort, remotePort] = family === 4 ? [68, 67] : [546, 547];
  return (['connect', 'accept'] as const).flatMap((layer): PlanFilter[] => [
    { layer, family, action: 'permit', loopback: true },
    // DHCP: requests go to all, answers come from servers and relays anywhere.
    { layer, family, action: 'permit', protocol: protocols.udp, localPort, remotePort },
  ]);
}

/**
 * Without neighbour discovery there is no IPv6 at all. Routers and multicast routers are on the link and speak from
 * link-local addresses; neighbours may speak from any address that they have.
 */
function permitNeighbors(): PlanFilter[] {
  const permit = (layer: FilterLayer, type: number, remote?: Network): PlanFilter => ({
    layer,
    family: 6,
    action: 'permit',
    protocol: protocols.icmp6,
    localPort: type,
    remotePort: 0,
    ...(remote === undefined ? {} : { remote }),
  });
  return [
    permit('connect', icmp6.routerSolicitation, linkMulticast),
    permit('connect', icmp6.routerSolicitation, linkLocal),
    permit('accept', icmp6.routerAdvertisement, linkLocal),
    ...(['connect', 'accept'] as const).flatMap((layer) => [
      permit(layer, icmp6.neighborSolicitation),
      permit(layer, icmp6.neighborAdvertisement),
    ]),
    permit('accept', icmp6.listenerQuery, linkLocal),
    permit('connect', icmp6.listenerReport, linkMulticast),
    permit('connect', icmp6.listenerDone, linkMulticast),
    permit('connect', icmp6.listenerReport2, linkMulticast),
  ];
}

function permitPeers({ resolvers, endpoints, management }: AllowedPeers, family: 4 | 6): PlanFilter[] {
  const isOfFamily = (network: Network): boolean => network.family === family;
  return [
    ...resolvers.filter(isOfFamily).flatMap((remote) =>
      [protocols.udp, protocols.tcp].map(
        (protocol): PlanFilter => ({
          layer: 'connect',
          family,
          action: 'permit',
          protocol,
          remotePort: dnsPort,
          remote,
        }),
      ),
    ),
    ...endpoints
      .filter(({ remote }) => isOfFamily(remote))
      .map(
        ({ remote, protocol, port }): PlanFilter => ({
          layer: 'connect',
          family,
          action: 'permit',
          protocol: protocols[protocol],
          remotePort: port,
          remote,
        }),
      ),
    ...management
      .filter(isOfFamily)
      .flatMap((remote) =>
        (['connect', 'accept'] as const).map(
          (layer): PlanFilter => ({ layer, family, action: 'permit', remote }),
        ),
      ),
  ];
}

function spell({ remote, ...rest }: PlanFilter): string {
  return JSON.stringify([
    rest.layer,
    rest.family,
    rest.action,
    rest.loopback ?? null,
    rest.protocol ?? null,
    rest.localPort ?? null,
    rest.remotePort ?? null,
    remote === undefined ? null : formatNetwork(remote),
  ]);
}

/** Whom the plan leaves reachable, in words for people. */
export function listAllowed({ resolvers, endpoints, management }: AllowedPeers): string[] {
  return [
    ...resolvers.map((remote) => `dns ${formatNetwork(remote)}`),
    ...endpoints.map(({ remote, protocol, port }) => `${protocol} ${formatNetwork(remote)} ${port}`),
    ...management.map((remote) => formatNetwork(remote)),
  ];
}

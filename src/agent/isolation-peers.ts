import type { Config } from '../config/index.ts';
import { listPeers, type NameResolution, type Peer, type ProbeResult } from '../forward/index.ts';
import type { Endpoint, FoundPeers, PeerPort } from '../response/index.ts';
import { type Network, parseNetwork } from '../text/index.ts';
import { createSurroundings, type ForwardingOptions, listDestinations } from './forwarding.ts';

export interface IsolationPeersOptions {
  /** In force now; a reload exchanges it. */
  readonly config: () => Config;
  readonly env: ForwardingOptions['env'];
  readonly names: NameResolution;
  /** Sends a marked alert to each destination named, past the queue. */
  readonly probe: (names: readonly string[]) => Promise<readonly ProbeResult[]>;
}

/** Filters are few: a name whose answers change all the time must not make more and more of them. */
const mostBefore = 8;
const mostNow = 24;

/** Whom an isolated host may talk to, by configuration and name resolution. */
export function createIsolationPeers({ config, env, names, probe }: IsolationPeersOptions): PeerPort {
  async function find(known: FoundPeers['addresses']): Promise<FoundPeers> {
    const { allow, dns } = config().response.isolation;
    const peers = [...(await remoteDestinations(config(), env)).values()].flat();
    const destinations = new Set(peers.map(({ host }) => host));
    const hosts = new Set([...destinations, ...allow]);
    const networks = new Map<string, readonly Network[]>();
    const addresses: Record<string, readonly string[]> = {};
    const unresolved: string[] = [];
    await Promise.all(
      [...hosts].toSorted().map(async (host) => {
        const network = parseNetwork(host);
        if (network !== undefined) {
          networks.set(host, [network]);
          return;
        }
        const now = await names.resolve(host);
        const before = known[host] ?? [];
        const found = now.length === 0 ? before : destinations.has(host) ? joinAddresses(before, now) : now;
        networks.set(host, parseAll(found));
        if (found.length === 0) unresolved.push(host);
        else addresses[host] = found;
      }),
    );
    return {
      allowed: {
        resolvers: parseAll(dns.length > 0 ? dns : names.resolvers()),
        endpoints: peers.flatMap((peer) => toEndpoints(peer, networks.get(peer.host) ?? [])),
        management: allow.flatMap((host) => networks.get(host) ?? []),
      },
      addresses,
      unresolved: unresolved.toSorted(),
    };
  }

  return {
    find,
    async tryDestinations() {
      const results = await probe([...(await remoteDestinations(config(), env)).keys()]);
      if (results.some(({ ok }) => ok)) return undefined;
      return results.map(({ destination, what }) => `${destination}: ${what}`);
    },
  };
}

/**
 * The way back was tested by the addresses that a destination had when the host was isolated. Whoever answers for its
 * name later adds others, and cannot take those away.
 */
function joinAddresses(before: readonly string[], now: readonly string[]): string[] {
  return [...new Set([...before.slice(0, mostBefore), ...now.slice(0, mostNow)])];
}

/** Destinations beyond this machine, with the hosts that they go to. */
async function remoteDestinations(
  config: Config,
  env: ForwardingOptions['env'],
): Promise<Map<string, readonly Peer[]>> {
  const { secrets } = await createSurroundings({ config, env });
  const found = new Map<string, readonly Peer[]>();
  for (const [name, settings] of listDestinations(config)) {
    const peers = listPeers(settings, { secrets, env });
    if (peers.length > 0) found.set(name, peers);
  }
  return found;
}

function toEndpoints({ port, protocol }: Peer, networks: readonly Network[]): Endpoint[] {
  return networks.map((remote) => ({ remote, port, protocol }));
}

/** The system's own words for addresses; a scope such as `%12` says nothing to a filter. */
function parseAll(addresses: readonly string[]): Network[] {
  return addresses.flatMap((address) => parseNetwork(address.split('%')[0]!) ?? []);
}

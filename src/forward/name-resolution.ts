import { lookup, Resolver } from 'node:dns/promises';

/** Names and resolvers as this host knows them. */
export interface NameResolution {
  /** Addresses of a name, by the hosts file and the resolvers; none when it has none or nobody answers in time. */
  resolve(name: string): Promise<readonly string[]>;
  /** Addresses of the resolvers that this host is configured with now. */
  resolvers(): readonly string[];
}

/** The system's own. */
export function openNameResolution(timeoutMs: number): NameResolution {
  return {
    async resolve(name) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<readonly string[]>((give) => {
        timer = setTimeout(() => give([]), timeoutMs);
      });
      const asked = lookup(name, { all: true }).then(
        (found) => found.map(({ address }) => address),
        () => [],
      );
      try {
        return await Promise.race([asked, late]);
      } finally {
        clearTimeout(timer);
      }
    },
    resolvers() {
      // A new one each time: it reads the configuration when it is made.
      const servers = new Resolver().getServers();
      // Those with a port of their own are given as address:port; only port 53 is left open.
      return servers
        .filter((server) => !/^\[|^[^:]+:\d+$/.test(server))
        .map((server) => server.split('%')[0]!);
    },
  };
}

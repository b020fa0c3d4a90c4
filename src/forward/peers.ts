import type { DestinationSettings } from './destination-settings.ts';
import { openProxy } from './proxy-route.ts';
import type { SecretOpener } from './secret.ts';

/** A host that a destination's connections go to. */
export interface Peer {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

interface Surroundings {
  readonly secrets: SecretOpener;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The hosts that a destination's connections may go to: itself and, where there are any, its proxies. None for what
 * stays on this machine. @throws AgentError PC_FORWARD_SECRET when the URL is a secret that cannot be had
 */
export function listPeers(settings: DestinationSettings, { secrets, env }: Surroundings): Peer[] {
  switch (settings.type) {
    case 'file':
    case 'eventlog':
      return [];
    case 'syslog': {
      const { host, port, protocol } = settings;
      return [{ host, port, protocol: protocol === 'udp' ? 'udp' : 'tcp' }];
    }
    default: {
      const urls =
        settings.type === 'elasticsearch'
          ? settings.hosts
          : [settings.type === 'webhook' ? secrets.open(settings.url) : settings.url];
      const proxy = openProxy(settings.proxy, env, secrets);
      return [...urls, proxy?.http?.url, proxy?.https?.url].flatMap((url) => peerOf(url) ?? []);
    }
  }
}

function peerOf(url: string | undefined): Peer | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  if (hostname === '') return undefined;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port), protocol: 'tcp' };
}

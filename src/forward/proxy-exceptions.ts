import { AgentError } from '../errors/index.ts';
import { contains, type Network, parseNetwork } from '../text/index.ts';

type Matcher = (host: string) => boolean;

/**
 * Which receivers are reached without the proxy, from what NO_PROXY may hold, separated by commas or spaces: `*` for all; a name
 * for itself and what is below it, `*.name` and for what is below it alone; an address or a network (`10.0.0.0/8`,
 * `fd00::/8`); each with `:port` where it is meant for that port only (`[::1]:9200`). Names are not looked up, so a
 * network matches receivers that are named by their address.
 *
 * @throws AgentError PC_FORWARD_CONFIG for a network that is none
 */
export function compileProxyExceptions(list: string): (url: URL) => boolean {
  const entries = list
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .map(compileEntry);
  return ({ protocol, hostname, port }) => {
    const host = hostname
      .toLowerCase()
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/\.$/, '');
    const at = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
    return entries.some((entry) => (entry.port === undefined || entry.port === at) && entry.matches(host));
  };
}

function compileEntry(entry: string): { readonly port: number | undefined; readonly matches: Matcher } {
  // A second colon is an address of IPv6, whose port needs brackets.
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(entry) ?? ([undefined, entry] as const);
  const text = (bracketed ?? plain ?? '').toLowerCase();
  return { port: digits === undefined ? undefined : Number(digits), matches: compileHost(text) };
}

function compileHost(text: string): Matcher {
  if (text === '*') return () => true;
  const network = parseNetwork(text);
  if (network !== undefined) return (host) => isIn(network, host);
  if (text.includes('/')) {
    throw new AgentError('PC_FORWARD_CONFIG', `"${text}" among the exceptions of the proxy is no network`);
  }
  const name = text.replace(/^\*?\./, '').replace(/\.$/, '');
  const below = `.${name}`;
  return (host) => host.endsWith(below) || (host === name && !text.startsWith('*'));
}

function isIn(network: Network, host: string): boolean {
  const address = parseNetwork(host);
  return address !== undefined && contains(network, address);
}

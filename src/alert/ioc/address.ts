import { formatNetwork, parseNetwork } from '../../text/index.ts';

/** No address is longer, brackets and scope included. */
const maxLength = 128;

/**
 * The one spelling of an IP address, so that two can be compared: IPv6 as RFC 5952 writes it, without brackets and
 * scope (`[fe80::1%4]`), and an IPv4 address that IPv6 carries (`::ffff:192.0.2.7`) as IPv4. `undefined` for anything else.
 */
export function spellAddress(text: string): string | undefined {
  if (text.length > maxLength) return undefined;
  const network = parseNetwork(text.includes(':') ? bareIpv6(text) : text);
  if (network === undefined || network.prefix !== network.bytes.length * 8) return undefined;
  const { family, bytes } = network;
  const isMapped =
    family === 6 && bytes.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff));
  return formatNetwork(isMapped ? { family: 4, bytes: bytes.slice(12), prefix: 32 } : network);
}

function bareIpv6(text: string): string {
  return text.replace(/^\[(.*)\]$/, '$1').replace(/%[\w.-]+$/, '');
}

import type { IsolationPlan, PlanFilter } from '../../../src/response/index.ts';
import { contains, type Network } from '../../../src/text/index.ts';

/** The first packet of a connection, or one that the host passes on. */
export interface Packet {
  readonly layer: PlanFilter['layer'];
  readonly isLoopback: boolean;
  readonly protocol: number;
  /** Of ICMP: type and code. */
  readonly localPort: number;
  readonly remotePort: number;
  readonly remote: Network;
}

/** What the filter engine would do with it: the heaviest filter that matches decides, and permits weigh more. */
export function evaluate(
  { filters }: Pick<IsolationPlan, 'filters'>,
  packet: Packet,
): 'permit' | 'block' | 'no filter' {
  const matching = filters.filter((filter) => matches(filter, packet));
  if (matching.some(({ action }) => action === 'permit')) return 'permit';
  return matching.length > 0 ? 'block' : 'no filter';
}

function matches(filter: PlanFilter, packet: Packet): boolean {
  const { layer, family, loopback, protocol, localPort, remotePort, remote } = filter;
  return (
    layer === packet.layer &&
    family === packet.remote.family &&
    (loopback === undefined || packet.isLoopback) &&
    (protocol === undefined || protocol === packet.protocol) &&
    (localPort === undefined || localPort === packet.localPort) &&
    (remotePort === undefined || remotePort === packet.remotePort) &&
    (remote === undefined || contains(remote, packet.remote))
  );
}
